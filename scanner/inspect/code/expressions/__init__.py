"""What expressions give, one module a kind."""
