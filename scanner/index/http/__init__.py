"""The HTTP client: the only place that opens connections."""
