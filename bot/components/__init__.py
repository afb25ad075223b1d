"""Pipeline parts of the Rasa model; named by module path in bot/config.yml."""
