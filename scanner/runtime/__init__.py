"""What a Python Worker is: its runtime, tags, markers, tables and candidates."""
