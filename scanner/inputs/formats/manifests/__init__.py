"""Manifests besides pyproject.toml: Pipfile, inline scripts, setup.cfg, setup.py."""
