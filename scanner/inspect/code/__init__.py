"""What importing a package does on the target: its code is followed over its syntax trees, and never run."""
