"""What is inside a wheel or a source distribution; nothing here opens a network connection."""
