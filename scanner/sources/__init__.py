"""The dependency files that can be read: one record for each format, and the way from paths to what they declare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scanner.sources.document import Document, Parsed


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceFormat:
    """One format: how its files are recognised and what reads them."""

    name: str
    parse: Callable[[Document], Parsed]
    matches: Callable[[str], bool]
    """Whether a file with this path (forward slashes) is one by its name."""
    sniff: Callable[[str], bool] | None = None
    """Whether a text looks like one; None where the name alone decides."""
    is_lock: bool = False


SOURCES: tuple[SourceFormat, ...] = ()
