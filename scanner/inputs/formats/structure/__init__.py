"""TOML and JSON documents with the location of every key."""
