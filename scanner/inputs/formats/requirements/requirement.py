"""Parses one requirement in pip's forms (PEP 508, URL, path or editable) into one ``Dependency``."""

from __future__ import annotations

import re
from dataclasses import replace

from packaging.specifiers import SpecifierSet

from scanner.inputs.formats.declaration import (
    MAX_DECLARATION_CHARACTERS,
    normalize_extras,
    parse_declaration,
    parse_marker,
    shorten,
)
from scanner.inputs.formats.reference import is_archive, is_vcs_url, parse_reference
from scanner.model.dependency import Dependency, Location
from scanner.model.errors import SourceError
from scanner.model.specifiers import find_pin

_URL = re.compile(r"(https?|ftp|file|(git|hg|svn|bzr)\+[a-z-]+):", re.IGNORECASE)
_NAME_AT_URL = re.compile(r"[A-Za-z0-9][\w.-]*\s*(\[[^\]]*\])?\s*@\s*([a-z+-]+:|[./])", re.IGNORECASE)
_NAME_AND_OPERATOR = re.compile(r"[\w.-]+\s*(\[[^\]]*\]\s*)?[=<>!~]")
_PATH_START = re.compile(r"\.|/|\\|~[/\\]|[A-Za-z]:[/\\]")
_PLAIN_PATH = re.compile(r"[\w.@+~$%-]+([/\\][\w.@+~$%-]+)+[/\\]?")
_ARCHIVE_PATH = re.compile(r"[^\s=<>!~;]+")
_EXTRAS = re.compile(r"\[[\w\s,.-]*\]")
_EGG = re.compile(r"[#&]egg=([^&]*)")


def parse_pip_requirement(
    text: str, location: Location, *, groups: tuple[str, ...] = (), editable: bool = False
) -> Dependency:
    """The dependency that a line of a requirements file declares, without its options.

    The name of a URL or path comes from ``#egg=`` or from the file name at its end; otherwise it is None. With
    ``editable`` the text is the value of ``-e``, in which everything but a URL is a path.

    Raises:
        SourceError: the text is none of pip's forms.
    """
    if len(text) > MAX_DECLARATION_CHARACTERS:
        raise SourceError(location.path, location.line, f"`{shorten(text)}` is not a requirement: it is too long")
    body, marker = _split_marker(text)
    is_reference = _URL.match(body) or (editable and is_vcs_url(body))
    if not is_reference and (_NAME_AT_URL.match(body) or not (editable or _looks_like_path(body))):
        dependency = parse_declaration(body, location, groups=groups)
    elif is_reference and len(body.split()) > 1:
        raise SourceError(location.path, location.line, f"`{shorten(body)}` is not a URL: it has white space")
    else:
        reference, extras = (body, ()) if is_reference else _split_extras(body)
        dependency = _read_reference(reference, extras, location)
    if not marker and dependency.groups == groups and dependency.editable == editable:
        return dependency
    return replace(
        dependency,
        marker=parse_marker(marker, location) if marker else None,
        groups=groups,
        editable=editable,
        text=text.strip(),
    )


def find_egg(url: str) -> str | None:
    """The requirement in ``#egg=`` of a URL; None without one."""
    match = _EGG.search(url)
    return match[1] if match and match[1] else None


def _split_marker(text: str) -> tuple[str, str]:
    """The text before a marker and the marker; in a URL a marker requires white space next to its semicolon."""
    if _URL.match(text):
        match = re.search(r"\s;|;\s", text)
        start = match.start() if match else -1
    else:
        start = text.find(";")
    if start < 0:
        return text.strip(), ""
    return text[:start].strip(), text[start:].strip().removeprefix(";").strip()


def _read_reference(url: str, extras: tuple[str, ...], location: Location) -> Dependency:
    """A URL or path; a wheel's file name takes precedence over ``#egg=``, as in pip."""
    reference = parse_reference(url)
    egg = _parse_egg(url, location)
    specifier = egg.specifier if egg else SpecifierSet()
    if reference.is_wheel and reference.version is not None:
        specifier = SpecifierSet(f"=={reference.version}")
    return Dependency(
        name=reference.name or (egg.name if egg else None),
        specifier=specifier,
        extras=extras or (egg.extras if egg else ()),
        pin=reference.version or find_pin(specifier),
        url=url,
        location=location,
    )


def _parse_egg(url: str, location: Location) -> Dependency | None:
    """The requirement in ``#egg=name[extra]==1.0``: pip uses only the name, older tools wrote the rest."""
    egg = find_egg(url)
    return parse_declaration(egg, location) if egg else None


def _looks_like_path(text: str) -> bool:
    """Whether pip would search for a file; decided by the form alone, without access to the file system."""
    if _NAME_AND_OPERATOR.match(text):
        return False
    path, _extras = _split_extras(text)
    if _PATH_START.match(path) or _PLAIN_PATH.fullmatch(path):
        return True
    return is_archive(path) and _ARCHIVE_PATH.fullmatch(path) is not None


def _split_extras(path: str) -> tuple[str, tuple[str, ...]]:
    start = path.rfind("[")
    if start <= 0 or not _EXTRAS.fullmatch(path, start):
        return path, ()
    return path[:start].rstrip(), normalize_extras(e.strip() for e in path[start + 1 : -1].split(",") if e.strip())
