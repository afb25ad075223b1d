"""Making releases of the library from drafts, and keeping this machine on the one that is served."""
