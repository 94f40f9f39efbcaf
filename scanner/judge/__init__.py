"""From facts to findings and verdicts."""
