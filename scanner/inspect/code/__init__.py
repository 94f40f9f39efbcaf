"""What importing code really executes on the target: syntax trees in, facts and chains out; no I/O, nothing is run."""
