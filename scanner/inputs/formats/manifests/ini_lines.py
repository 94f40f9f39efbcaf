"""The options of an INI file (setup.cfg) with the line of each part of their values, as configparser splits them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.inputs.formats.document import Document
from scanner.model.dependency import Location
from scanner.model.finding import Problem

_SECTION = re.compile(r"\[(?P<name>.+)\]")
_OPTION = re.compile(r"(?P<key>[^=:]*?)\s*[=:]\s*(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class IniOption:
    """One option; ``lines`` are the non-blank parts of its value, stripped."""

    section: str
    key: str
    location: Location
    lines: tuple[tuple[str, Location], ...]


@dataclass(slots=True)
class _Open:
    """The option whose value may continue."""

    key: str
    location: Location
    indent: int
    lines: list[tuple[str, Location]] = field(default_factory=list)


def read_ini(document: Document, problems: list[Problem]) -> Iterator[IniOption]:
    """The options of the document in order; a line that is not a section, option or comment becomes a problem.

    A line that is indented more than its option continues its value; lines that begin with # or ; are comments.
    """
    section, current = "", None
    for number, raw in enumerate(document.text.split("\n"), start=1):
        text = raw.strip()
        if not text or text[0] in "#;":
            continue
        indent = len(raw) - len(raw.lstrip())
        location = document.location(number, indent + 1)
        if current is not None and indent > current.indent:
            current.lines.append((text, location))
            continue
        if current is not None:
            yield _close(section, current)
            current = None
        if match := _SECTION.match(text):
            section = match["name"]
        elif (match := _OPTION.fullmatch(text)) and match["key"] and section:
            value = document.location(number, indent + 1 + match.start("value"))
            current = _Open(match["key"], location, indent, [(match["value"], value)] if match["value"] else [])
        else:
            problems.append(document.problem(f"`{text[:80]}` is not a section, option or comment", number))
    if current is not None:
        yield _close(section, current)


def _close(section: str, option: _Open) -> IniOption:
    return IniOption(section=section, key=option.key, location=option.location, lines=tuple(option.lines))
