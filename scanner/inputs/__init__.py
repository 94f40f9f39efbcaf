"""What the user has and wants: dependency files, and the edits of them."""
