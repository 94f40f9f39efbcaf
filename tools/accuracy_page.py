"""The row that measuring the accuracy gives for a package; the page is below."""

from __future__ import annotations
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    name: str
    version: str
    predicted: str
    real: str
    cautions: list[str]
    finding: str
    why: str
    by_name: str
    by_tags: str
    packages: int
    date: str
    pyodide: str


def write_page(rows: list[Row]) -> None:
    pass
