"""One module for each command, or for two that share everything; heavy imports stay inside the commands."""
