"""Where something stands, as a reader of the report finds it."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from pathlib import PurePath
from urllib.parse import quote

from scanner.model.dependency import Location
from scanner.model.edit import Change
from scanner.model.report import Judgement, ProjectReport
from scanner.report.context import ReportContext
from scanner.report.escape import clean, redact_credentials

STDIN = "<stdin>"
"""What stands in place of a path for what was read from standard input."""

_STDIN_NAMES = frozenset({"-", STDIN})


class Places:
    """The locations of one project, with paths relative to the root.

    What no file declares has the place of the requirement that requires it.
    """

    def __init__(self, project: ProjectReport, context: ReportContext) -> None:
        self.context = context
        self._paths: dict[str, str] = {}
        self._direct: dict[str, Location] = {}
        for judgement in project.dependencies:
            if judgement.location is not None and judgement.direct is not False:
                self._direct.setdefault(judgement.name, judgement.location)
        self.fallback = self._first(project)
        """A place for what has none, in formats that cannot do without: line 1 of the first file."""

    def of(self, judgement: Judgement) -> Location | None:
        """The place to look at for this dependency; None where no file leads to it."""
        if judgement.location is not None:
            return self.named(judgement.location)
        for chain in judgement.via:
            name = chain[0].partition("==")[0] if chain else ""
            if name in self._direct:
                return self.named(self._direct[name])
        return None

    def named(self, location: Location) -> Location:
        """The same place with its path relative to the root."""
        known = self._paths.get(location.path)  # many stand in few files
        path = self._paths[location.path] = relative_path(location.path, self.context) if known is None else known
        return location if path == location.path else replace(location, path=path)

    def describe(self, location: Location | None) -> str:
        """``path:line`` of a location of the report, for people; the empty string for none."""
        return describe_place(self.named(location) if location else None)

    def describe_change(self, change: Change) -> str:
        """``path:line`` of a change, for people."""
        return self.describe(Location(path=change.path, line=change.line))

    def _first(self, project: ProjectReport) -> Location:
        located = [
            item.location
            for items in (project.dependencies, project.problems, project.skipped)
            for item in items
            if item.location is not None
        ]
        path = located[0].path if located else next(iter(project.files), STDIN)
        return Location(path=relative_path(path, self.context), line=1)


def relative_path(path: str, context: ReportContext) -> str:
    """The path with forward slashes, without «./», relative to the context's root where it lies in it."""
    if path in _STDIN_NAMES:
        return STDIN
    if "://" in path:
        return redact_credentials(path)  # a URL is no path: tidied up it would hide where a password stands
    if context.root is not None:
        absolute = PurePath(_normal((context.working_folder or context.root) / path))
        root = PurePath(_normal(context.root))
        if absolute.is_relative_to(root):
            return absolute.relative_to(root).as_posix()
    return _normal(PurePath(path))


def path_uri(path: str) -> str:
    """The path as a relative URI reference, or as a ``file:`` URI where it is absolute."""
    if path == STDIN:
        return "stdin"
    quoted = quote(path, errors="surrogatepass")
    return f"file://{quoted}" if path.startswith("/") else quoted


def describe_place(location: Location | None) -> str:
    """``path:line`` for people, or the empty string."""
    return f"{clean(location.path)}:{location.line}" if location else ""


def _normal(path: PurePath) -> str:
    return posixpath.normpath(path.as_posix())
