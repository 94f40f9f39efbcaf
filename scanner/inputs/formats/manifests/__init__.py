"""Manifests other than pyproject.toml: Pipfile, inline scripts, setup.cfg, setup.py."""
