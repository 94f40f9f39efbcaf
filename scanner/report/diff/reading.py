"""A JSON report read back, as far as a comparison uses it; anybody may have written the file, so values are checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from scanner.model.errors import ReportError
from scanner.model.report import IgnoreUse
from scanner.model.rule import Rule
from scanner.report.json import SCHEMA

BASELINE = "baseline"
"""The value of `accepted.by` for findings in the baseline."""
MAX_REPORT_BYTES = 256 * 1024 * 1024

_VERDICTS = re.compile(r"workers|hybrid|container|unknown")
_LEVELS = re.compile(r"blocker|caution|note")
_CODE = re.compile(r"CS[1-9][0-9]{2}")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_KINDS = {str: "a string", bool: "true or false", list: "a list", dict: "an object"}

_Value = TypeVar("_Value")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A finding or a problem."""

    project: str
    """The path of the project; empty for a problem of the whole scan."""
    name: str | None
    """The package; None for a problem."""
    version: str | None
    rule: str
    level: str
    message: str
    remedy: str | None
    cause: str | None
    """The package that it is inherited from."""
    fingerprint: str
    accepted_by: str | None

    @property
    def leaves_unknown(self) -> bool:
        """Whether what it is about could not be judged."""
        return self.rule in Rule.__members__ and Rule[self.rule].leaves_unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """One declaration of a package."""

    version: str | None
    verdict: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadReport:
    """What a comparison uses of one report."""

    path: str | None
    """The file; None for a scan made now."""
    scanned_at: str | None
    verdict: str
    complete: bool
    """Whether every index answered, and no option cut a scan made now short."""
    packages: Mapping[tuple[str, str], tuple[Package, ...]]
    """By project path and name."""
    rows: tuple[Row, ...]
    ignores: tuple[IgnoreUse, ...]


def is_report(data: bytes) -> bool:
    """Whether this is meant as a report of compat-scan and not as a file to scan."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and b'"compat-scan/' in data


def parse_report(data: bytes, path: str | None) -> ReadReport:
    """The report in this JSON text; ``path`` is the file, None for a scan made now.

    Raises:
        ReportError: this is no report of a schema that is known, or a value is not what the schema says.
    """
    place = path or "the scan"
    if len(data) > MAX_REPORT_BYTES:
        raise ReportError(place, "file", f"larger than {MAX_REPORT_BYTES // 1024**2} MiB")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ReportError(place, "file", f"not JSON: {type(error).__name__}: {error}") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ReportError(place, "schema", f"not a report of compat-scan: must be {SCHEMA}")
    return _parse(_Object(place, "", document), path)


class _Object:
    """One JSON object with the place where it stands; each value is taken by its type."""

    __slots__ = ("_key", "_path", "_values")

    def __init__(self, path: str, key: str, values: Mapping[str, object]) -> None:
        self._path = path
        self._key = key
        self._values = values

    def take(self, name: str, kind: type[_Value]) -> _Value:
        """The value, which has this type."""
        value = self._values.get(name)
        if not isinstance(value, kind):
            raise self._error(name, f"must be {_KINDS[kind]}" if name in self._values else "missing")
        return value

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        """A string of this pattern."""
        value = self.take(name, str)
        if not pattern.fullmatch(value):
            raise self._error(name, f"does not match {pattern.pattern}")
        return value

    def optional(self, name: str) -> str | None:
        """A string or null."""
        return None if self._values.get(name) is None else self.take(name, str)

    def inner(self, name: str, key: str) -> str | None:
        """The string at this key of an object, or None if there is null instead of the object."""
        if self._values.get(name) is None:
            return None
        return _Object(self._path, self._spell(name), self.take(name, dict)).take(key, str)

    def objects(self, name: str) -> Iterator[_Object]:
        """The members of a list of objects."""
        for number, value in enumerate(self.take(name, list)):
            if not isinstance(value, dict):
                raise self._error(f"{name}[{number}]", "must be an object")
            yield _Object(self._path, self._spell(f"{name}[{number}]"), value)

    def _spell(self, name: str) -> str:
        return f"{self._key}.{name}" if self._key else name

    def _error(self, name: str, reason: str) -> ReportError:
        return ReportError(self._path, self._spell(name), reason)


def _parse(document: _Object, path: str | None) -> ReadReport:
    rows = [_parse_row(problem, "") for problem in document.objects("problems")]
    packages: dict[tuple[str, str], list[Package]] = {}
    ignores: list[IgnoreUse] = []
    for project in document.objects("projects"):
        where = project.take("path", str)
        rows += [_parse_row(problem, where) for problem in project.objects("problems")]
        for dependency in project.objects("dependencies"):
            name, version = dependency.take("name", str), dependency.optional("version")
            verdict = dependency.matching("verdict", _VERDICTS)
            packages.setdefault((where, name), []).append(Package(version=version, verdict=verdict))
            rows += [_parse_row(finding, where, name, version) for finding in dependency.objects("findings")]
        ignores += map(_parse_ignore, project.objects("ignores"))
    return ReadReport(
        path=path,
        scanned_at=document.optional("scanned_at"),
        verdict=document.matching("verdict", _VERDICTS),
        complete=document.take("complete", bool),
        packages={key: tuple(found) for key, found in packages.items()},
        rows=tuple(rows),
        ignores=tuple(ignores),
    )


def _parse_row(entry: _Object, project: str, name: str | None = None, version: str | None = None) -> Row:
    return Row(
        project=project,
        name=name,
        version=version,
        rule=entry.matching("rule", _CODE),
        level=entry.matching("level", _LEVELS),
        message=entry.take("message", str),
        remedy=entry.optional("remedy"),
        cause=entry.inner("cause", "name"),
        fingerprint=entry.matching("fingerprint", _FINGERPRINT),
        accepted_by=entry.inner("accepted", "by"),
    )


def _parse_ignore(entry: _Object) -> IgnoreUse:
    return IgnoreUse(place=entry.take("place", str), used=entry.take("used", bool), expired=entry.take("expired", bool))
