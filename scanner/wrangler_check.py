"""A Wrangler configuration read for its check: values with places, the code and the images that it leads to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import tomli

from scanner.errors import SourceError
from scanner.model import Location, Problem, Rule
from scanner.plan.check import CheckInput, TextFile, find_faults, find_scopes
from scanner.planned import Checked
from scanner.sources.discover import find_files
from scanner.sources.files import read_file
from scanner.sources.json_positions import find_json_positions
from scanner.sources.jsonc import blank_comments
from scanner.sources.positions import Positions
from scanner.sources.text import decode_leniently
from scanner.sources.toml_positions import find_toml_positions

_CODE_SUFFIXES = (".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".py")
_MAX_CODE_FILES = 500
_PLACE_OF_TOML_ERROR = re.compile(r"\(at line (?P<line>\d+), column (?P<column>\d+)\)")


def check_wrangler(path: str) -> Checked:
    """What is wrong with the configuration at a path; a file that cannot be read or parsed is a problem as well."""
    try:
        text, problems = decode_leniently(read_file(path), path)
        values, positions = _parse(text, path)
    except SourceError as error:
        location = Location(path=path, line=error.line or 1)
        problem = Problem(rule=Rule.CS601, message=error.reason, location=location)
        return Checked(path=path, problems=(problem,), is_readable=False)

    def locate(key: tuple[str | int, ...]) -> Location:
        line, column = positions.find(key)
        return Location(path=path, line=line, column=column)

    given = CheckInput(path=path, values=values, locate=locate)
    sources, missing = _read_sources(given)
    images, absent = _read_images(given)
    given = CheckInput(
        path=path, values=values, locate=locate, sources=sources, images=images, missing=frozenset(absent)
    )
    return Checked(path=path, problems=(*problems, *missing, *find_faults(given)))


def _parse(text: str, path: str) -> tuple[Mapping[str, object], Positions]:
    """The values and their places.

    Raises:
        SourceError: it does not parse, with the line, or holds no object.
    """
    try:
        values, positions = _parse_toml(text, path) if path.endswith(".toml") else _parse_json(text, path)
    except RecursionError as error:
        raise SourceError(path, None, "is nested too deeply") from error
    if not isinstance(values, dict):
        raise SourceError(path, 1, "holds no object")
    return values, positions


def _parse_json(text: str, path: str) -> tuple[object, Positions]:
    plain = blank_comments(text)
    try:
        values = json.loads(plain)
    except json.JSONDecodeError as error:
        raise SourceError(path, error.lineno, f"is no JSON: {error.msg} (column {error.colno})") from error
    except ValueError as error:
        raise SourceError(path, 1, f"is no JSON: {error}") from error
    return values, find_json_positions(plain)


def _parse_toml(text: str, path: str) -> tuple[object, Positions]:
    try:
        values = tomli.loads(text)
    except ValueError as error:
        place = _PLACE_OF_TOML_ERROR.search(str(error))
        line = int(place["line"]) if place else 1
        raise SourceError(path, line, f"is no TOML: {str(error).splitlines()[0]}") from error
    return values, find_toml_positions(text)


def _read_sources(given: CheckInput) -> tuple[tuple[TextFile, ...], tuple[Problem, ...]]:
    """The main modules with the code beside and below them, and problems for those that are not there."""
    found: dict[str, TextFile] = {}
    problems: list[Problem] = []
    for scope in find_scopes(given):
        main = scope.values.get("main")
        if not isinstance(main, str) or "\0" in main:
            continue
        path = Path(given.path).parent / main
        if not path.is_file():
            message = f"there is no file {main}"
            problems.append(given.problem(Rule.CS602, (*scope.prefix, "main"), message))
            continue
        for each in _code_paths(path):
            if each not in found and len(found) < _MAX_CODE_FILES:
                found[each] = _read_text(each)
    return tuple(found.values()), tuple(problems)


def _code_paths(main: Path) -> Iterator[str]:
    yield str(main)
    yield from find_files(str(main.parent), lambda path: path.endswith(_CODE_SUFFIXES))


def _read_images(given: CheckInput) -> tuple[dict[str, TextFile], set[str]]:
    """The Dockerfiles by what names them, and names that look like paths and lead nowhere."""
    images: dict[str, TextFile] = {}
    missing: set[str] = set()
    for scope in find_scopes(given):
        for entry in scope.entries:
            image = entry.text("image")
            if image is None or image in images or "\0" in image:
                continue
            path = Path(given.path).parent / image
            if path.is_file():
                images[image] = _read_text(str(path))
            elif image.startswith((".", "/")) or image.endswith("Dockerfile"):
                missing.add(image)
    return images, missing


def _read_text(path: str) -> TextFile:
    """The file; without text where it cannot be read."""
    try:
        text, _ = decode_leniently(read_file(path), path)
    except SourceError:
        text = ""
    return TextFile(path=path, text=text)
