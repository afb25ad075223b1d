"""The faces of Weiquan over HTTP: chat page, its JSON API, ticket pages and the staff desk."""
