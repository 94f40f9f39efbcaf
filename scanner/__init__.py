"""compat-scan: which Python dependencies run on Cloudflare Python Workers, and which need a container."""

from __future__ import annotations

__version__ = "0.1.0"
