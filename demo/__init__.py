"""A believable office to look at: a year of conversations and tickets, made from a seed (docs/demo.md)."""
