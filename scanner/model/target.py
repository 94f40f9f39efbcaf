"""The properties of a Python Worker at one compatibility date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from packaging.tags import Tag


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The limits of a Worker; sizes in bytes."""

    bundle_bytes: int
    memory_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """The properties of a Python Worker at one compatibility date."""

    compatibility_date: date
    python: str
    """The full version for markers and Requires-Python, for example ``3.14.2``."""
    pyodide: str
    """The Pyodide release whose packages are installed; the running one may be older, see ``runtime_pyodide``."""
    runtime_pyodide: str
    reason: str
    """Why this runtime was chosen, as a sentence."""
    tags: Mapping[Tag, int]
    """The accepted wheel tags with their rank, 0 the most preferred."""
    markers: Mapping[str, str]
    """The marker environment (PEP 508)."""
    sockets: bool
    """Whether outbound TCP connections work."""
    limits: Limits
    notes: tuple[str, ...] = ()
