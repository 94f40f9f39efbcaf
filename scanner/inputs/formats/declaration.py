"""Requirement strings (PEP 508) to ``Dependency``: the only place that makes one from such a string."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from scanner.inputs.formats.reference import parse_reference
from scanner.model.dependency import Dependency, Location
from scanner.model.errors import SourceError
from scanner.model.specifiers import find_pin, has_endless_number

_T = TypeVar("_T")

# Longer than any real declaration without its hashes; limits the time of marker and URL parsers that are not linear.
MAX_DECLARATION_CHARACTERS = 20_000
MAX_PARENTHESES = 100

# A name with a dot may be the file name of an archive.
_PLAIN = re.compile(
    r"([A-Za-z0-9](?:[A-Za-z0-9._-]{0,200}[A-Za-z0-9])?)==([0-9][0-9A-Za-z.+!]{0,200})"
    r"|([A-Za-z0-9](?:[A-Za-z0-9_-]{0,200}[A-Za-z0-9])?)"
)

_ANY_VERSION = SpecifierSet()

_CUT_HOST = re.compile(r"//[^/?#\s]*\Z")


def parse_declaration(
    text: str, location: Location, *, groups: Iterable[str] = (), direct: bool | None = True
) -> Dependency:
    """The dependency that a PEP 508 string declares, direct references (``name @ URL``) included.

    The file name in a wheel's URL is used as the pin.

    Raises:
        SourceError: the string is not a requirement; the reason is one line.
    """
    plain = parse_plain(text, location, groups=groups, direct=direct)
    if plain is not None:
        return plain
    requirement = _parse_guarded(Requirement, text, "a requirement", location)
    return Dependency(
        name=canonicalize_name(requirement.name),
        specifier=requirement.specifier,
        extras=normalize_extras(requirement.extras),
        marker=requirement.marker,
        pin=find_pin(requirement.specifier) or (parse_reference(requirement.url).version if requirement.url else None),
        url=requirement.url,
        groups=tuple(groups),
        direct=direct,
        location=location,
        text=text.strip(),
    )


def parse_plain(
    text: str, location: Location, *, groups: Iterable[str] = (), direct: bool | None = True
) -> Dependency | None:
    """The dependency that ``name==1.0`` or ``name`` declares, much faster than the general parser; None otherwise.

    Most lines of large files have these forms, which contain no white space and so no options or comments.
    """
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    try:
        name = canonicalize_name(match[1] or match[3])
        specifier, pin = _make_pin(match[2]) if match[2] else (_ANY_VERSION, None)
    except ValueError:
        return None
    return Dependency(
        name=name, specifier=specifier, pin=pin, groups=tuple(groups), direct=direct, location=location, text=text
    )


def parse_marker(text: str, location: Location) -> Marker:
    """The environment marker (PEP 508) in a string.

    Raises:
        SourceError: the string is not a marker; the reason is one line.
    """
    return _parse_guarded(_make_marker, text, "a marker", location)


def normalize_extras(extras: Iterable[str]) -> tuple[str, ...]:
    """Names of extras, each normalised as PEP 685 says, sorted and without duplicates."""
    return tuple(sorted({canonicalize_name(extra) for extra in extras}))


def shorten(text: str, *, limit: int = 120) -> str:
    """The text on one line for a message, cut at the end if it is longer than ``limit`` characters.

    A URL is not cut between its scheme and the end of its host: redaction would not recognise the remaining part of
    a password there.
    """
    flat = " ".join(text[: 4 * limit].split())
    return flat if len(flat) <= limit else _CUT_HOST.sub("//", flat[: limit - 1]) + "…"


@functools.lru_cache(maxsize=4096)
def _make_pin(version: str) -> tuple[SpecifierSet, Version]:
    # Both are immutable, and large files repeat a few versions: 1.0.0, 0.1.0 and so on.
    return SpecifierSet(f"=={version}"), Version(version)


@functools.lru_cache(maxsize=1024)
def _make_marker(text: str) -> Marker:
    # Compiled files repeat a few markers on thousands of lines.
    return Marker(text)


def _parse_guarded(parse: Callable[[str], _T], text: str, what: str, location: Location) -> _T:
    why = _find_excess(text)
    if why is None:
        try:
            return parse(text)
        except RecursionError:
            why = "it is nested too deeply"
        except ValueError as error:
            why = str(error).partition("\n")[0]
    raise SourceError(location.path, location.line, f"`{shorten(text)}` is not {what}: {shorten(why)}")


def _find_excess(text: str) -> str | None:
    """Why a string is too large or too deeply nested for a declaration; None for all real ones."""
    if len(text) > MAX_DECLARATION_CHARACTERS:
        return f"it has {len(text):,} characters"
    if has_endless_number(text):
        return "a number in it has over 1000 digits"
    if text.count("(") > MAX_PARENTHESES:
        return "it is nested too deeply"
    return None
