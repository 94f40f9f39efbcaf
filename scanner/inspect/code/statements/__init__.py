"""What statements do when they are executed, one module a kind."""
