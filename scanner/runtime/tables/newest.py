"""The newest text of each machine-made table: an updated one, otherwise the shipped one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple, TypeVar

from scanner.model.errors import TableError
from scanner.runtime.tables.files import read_table
from scanner.runtime.tables.updates import Updates

_Table = TypeVar("_Table")
_DATE = re.compile(r'^"?date"?(?: = |: ")(\d{4}-\d\d-\d\d)', re.MULTILINE)


class _InForce:
    """The updated tables that this process prefers."""

    updates: Updates | None = None


class DatedText(NamedTuple):
    """The text of one table."""

    text: str
    date: dt.date
    """The day on which it was last compared with its source."""
    is_updated: bool


def use_updates(updates: Updates | None) -> None:
    """Prefer these tables to shipped ones that are not newer from now on; None goes back to the shipped ones.

    The same tables again change nothing, so that what a long-lived process has parsed of them stays of use.
    """
    current = _InForce.updates
    if not (current and updates and (current.date, current.texts) == (updates.date, updates.texts)):
        _InForce.updates = updates


def load_newest(name: str, parse: Callable[[str, str], _Table]) -> _Table:
    """The table ``name`` in its newest text.

    Raises:
        TableError: the shipped table is missing or invalid, and there is no updated one.
    """
    table: _Table = _load(name, parse, _InForce.updates)
    return table


def find_newest(name: str) -> DatedText:
    """The newest text of the table ``name``.

    Raises:
        TableError: there is no such table.
    """
    return _find_newest(name, _InForce.updates)


def has_table(name: str) -> bool:
    """Whether there is a table of this name."""
    try:
        find_newest(name)
    except TableError:
        return False
    return True


@cache
def _load(name: str, parse: Callable[[str, str], _Table], updates: Updates | None) -> _Table:
    newest = _find_newest(name, updates)
    try:
        return parse(newest.text, f"data/{name}")
    except TableError:
        if not newest.is_updated:
            raise
    return parse(read_table(name), f"data/{name}")


def _find_newest(name: str, updates: Updates | None) -> DatedText:
    updated = updates.texts.get(name) if updates else None
    if updated is None:
        return _shipped(name)
    newest = DatedText(updated, read_date(updated), is_updated=True)
    try:
        shipped = _shipped(name)
    except TableError:
        return newest
    return shipped if shipped.date > newest.date else newest


@cache
def _shipped(name: str) -> DatedText:
    text = read_table(name)
    return DatedText(text, read_date(text), is_updated=False)


def read_date(text: str) -> dt.date:
    """The date of a table's text; a text without one is older than any other."""
    match = _DATE.search(text)
    try:
        return dt.date.fromisoformat(match[1]) if match else dt.date.min
    except ValueError:
        return dt.date.min
