"""The Python Worker: its runtime, tags, markers, tables and candidates."""
