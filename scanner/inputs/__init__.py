"""What the user has and wants: dependency files, settings, Wrangler configurations."""
