"""One requirement as pip takes it (PEP 508, URL, path or editable) to one ``Dependency``."""

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
    """The dependency that a line of a requirements file asks for, without its options.

    A URL or path tells its name by ``#egg=`` or by the file name at its end; else the name is None. With
    ``editable`` the text is what follows ``-e``, where whatever is no URL is a path.

    Raises:
        SourceError: the text is none of pip's forms.
    """
    if len(text) > MAX_DECLARATION_CHARACTERS:
        raise SourceError(location.path, location.line, f"«{shorten(text)}» is not a requirement: it is too long")
    body, marker = _split_marker(text)
    is_reference = _URL.match(body) or (editable and is_vcs_url(body))
    if not is_reference and (_NAME_AT_URL.match(body) or not (editable or _looks_like_path(body))):
        dependency = parse_declaration(body, location, groups=groups)
    elif is_reference and len(body.split()) > 1:
        raise SourceError(location.path, location.line, f"«{shorten(body)}» is not a URL: it has white space")
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
    """What ``#egg=`` in a URL says, None where nothing does."""
    match = _EGG.search(url)
    return match[1] if match and match[1] else None


def _split_marker(text: str) -> tuple[str, str]:
    """The text before a marker and the marker; in a URL only a semicolon with white space beside it begins one."""
    if _URL.match(text):
        match = re.search(r"\s;|;\s", text)
        start = match.start() if match else -1
    else:
        start = text.find(";")
    if start < 0:
        return text.strip(), ""
    return text[:start].strip(), text[start:].strip().removeprefix(";").strip()


def _read_reference(url: str, extras: tuple[str, ...], location: Location) -> Dependency:
    """A URL or path; what a wheel's file name tells counts before ``#egg=``, as in pip."""
    told = parse_reference(url)
    egg = _parse_egg(url, location)
    specifier = egg.specifier if egg else SpecifierSet()
    if told.is_wheel and told.version is not None:
        specifier = SpecifierSet(f"=={told.version}")
    return Dependency(
        name=told.name or (egg.name if egg else None),
        specifier=specifier,
        extras=extras or (egg.extras if egg else ()),
        pin=told.version or find_pin(specifier),
        url=url,
        location=location,
    )


def _parse_egg(url: str, location: Location) -> Dependency | None:
    """What ``#egg=name[extra]==1.0`` declares: pip takes only the name, older tools wrote the rest."""
    egg = find_egg(url)
    return parse_declaration(egg, location) if egg else None


def _looks_like_path(text: str) -> bool:
    """Whether pip would look for a file: what is here does not know the file system, so only the form decides."""
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
