"""conda environments and conda-lock files."""
