"""What building a source distribution requires, read without building it."""
