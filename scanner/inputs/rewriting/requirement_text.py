"""The name, extras and specifiers in the text of a requirement (PEP 508), replaced where a new requirement differs."""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name

from scanner.inputs.formats.declaration import parse_declaration
from scanner.inputs.rewriting.draft import Splice
from scanner.model.dependency import Dependency
from scanner.model.errors import EditError, SourceError

# In requirements files a backslash at the end of a line continues it.
BLANK = r"(?:[ \t]|\\\r?\n)*+"
_CLAUSE = rf"(?:===|==|~=|!=|<=|>=|<|>){BLANK}[^\s,;:()\\\"']++"
_CLAUSES = rf"{_CLAUSE}(?:{BLANK},{BLANK}{_CLAUSE})*+(?:{BLANK},)?+"
_REQUIREMENT = re.compile(
    rf"\s*(?P<name>[A-Za-z0-9][\w.-]*+)"
    rf"(?P<extras>(?P<space>{BLANK})\[(?P<listed>[\w\s,.-]*+)\])?+"
    rf"(?:(?P<gap>{BLANK})(?P<specifier>{_CLAUSES}|\({BLANK}{_CLAUSES}{BLANK}\)))?+"
)
_FROM_URL = "it is declared by a URL or path, not by versions of a package index"


def parse_new_requirement(text: str, old: Dependency) -> Dependency:
    """The requirement that takes the place of an old one; ``text`` has its specifiers as they are to be written.

    Raises:
        EditError: it is not a requirement, or has a marker or URL, which the old declaration keeps as they are.
    """
    try:
        new = parse_declaration(text.strip(), old.location)
    except SourceError as error:
        raise EditError(old.location.path, old.location.line, error.reason) from error
    if new.marker is not None or new.url is not None:
        raise refuse(old, "a new requirement cannot change the marker or the URL of the declaration")
    if old.url is not None and (new.name != old.name or (new.specifier and new.specifier != old.specifier)):
        raise refuse(old, _FROM_URL)
    return new


def replace_requirement(text: str, start: int, end: int, old: Dependency, new: Dependency) -> Splice:
    """The splice for a requirement at an offset; parts that do not differ stay as they are written.

    Raises:
        EditError: no requirement of the old name stands there.
    """
    match = _REQUIREMENT.match(text, start, end)
    if match is None or canonicalize_name(match["name"]) != old.name:
        raise refuse(old, _FROM_URL if old.url else "its name does not stand at the place of the declaration")
    if old.url is None and old.specifier and not match["specifier"]:
        raise refuse(old, "its versions do not stand at the place of the declaration")
    name = match["name"] if new.name == old.name else _name_of(new)
    extras = match["extras"] or ""
    if set(new.extras) != set(old.extras):
        written = _write_extras(match["listed"] or "", new)
        extras = (match["space"] or "") + written if written else ""
    versions = (match["gap"] or "") + (match["specifier"] or "")
    if old.url is None and new.specifier != old.specifier:
        specifier = read_specifier(new)
        versions = (match["gap"] or "") + specifier if specifier else ""
    return Splice(match.start("name"), match.end(), name + extras + versions)


def read_specifier(new: Dependency) -> str:
    """The specifiers of a requirement in the order in which its text has them."""
    match = _REQUIREMENT.match(new.text)
    return (match["specifier"] or "").strip("() ") if match else str(new.specifier)


def refuse(old: Dependency, reason: str) -> EditError:
    """The error for an edit of a declaration."""
    return EditError(old.location.path, old.location.line, reason)


def _name_of(new: Dependency) -> str:
    match = _REQUIREMENT.match(new.text)
    return match["name"] if match else new.name or ""


def _write_extras(listed: str, new: Dependency) -> str:
    """The extras in brackets, those that were listed before in their own spelling; empty without any."""
    kept = [extra for part in listed.split(",") if canonicalize_name(extra := part.strip()) in new.extras]
    known = {canonicalize_name(extra) for extra in kept}
    extras = [*kept, *(extra for extra in new.extras if extra not in known)]
    return f"[{(', ' if ', ' in listed else ',').join(extras)}]" if extras else ""
