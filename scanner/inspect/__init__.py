"""What is inside distributions: contents, imports, builds."""
