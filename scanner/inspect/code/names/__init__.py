"""What attributes, classes and the names of the standard library are."""
