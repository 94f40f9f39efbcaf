"""What calls do: of functions, classes, methods of plain values, and of the standard library."""
