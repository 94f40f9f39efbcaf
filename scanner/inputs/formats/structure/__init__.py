"""TOML and JSON documents with the place of every key."""
