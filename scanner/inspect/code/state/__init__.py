"""What an evaluation works on: its values, and what it has done so far."""
