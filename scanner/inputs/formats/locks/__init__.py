"""Lock files and installed environments."""
