"""agents.toml and the project folder: load, check, scaffold."""
