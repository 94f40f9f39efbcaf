"""Environment variables that a dependency file uses with ``${NAME}``: where they are put in, and where they are hidden.

The scan needs them: a token may be part of the address of an index. A report shows the text of the file instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from scanner.model.dependency import Dependency, Skipped
from scanner.model.edit import Edit
from scanner.model.errors import ScanError
from scanner.model.finding import Evidence, Finding, Problem
from scanner.model.index_settings import VARIABLE
from scanner.model.report import Judgement, ProjectReport, Report
from scanner.model.urls import find_origin, redact_url

Mask = Callable[[str], str]

_SECRET_NAME = re.compile(r"TOKEN|PASS|SECRET|KEY|AUTH|CRED|PAT$|PWD$")
_VERSION = re.compile(r"v?\d{1,8}(\.\d{1,8})*((a|b|rc|\.?post|\.?dev)\d{1,8})?(\+[\w.]{1,12})?")
_URL_OR_WORD = re.compile(r"https?://\S+|(?:(?!https?://)\S)+", re.IGNORECASE)
# A short word may stand in a sentence by chance; with one of these beside it it is part of an address.
_ADDRESS = re.compile(r"\S*[/@:=]\S*")
_SHORT_CHARACTERS = 12


class NotedVariables:
    """Environment variables that remember which of them were used."""

    def __init__(self, environ: Mapping[str, str], own_hosts: Callable[[], Collection[str]] = frozenset) -> None:
        """``own_hosts`` gives the hosts that the user's own settings name; it is called when a file uses a variable."""
        self._environ = environ
        self._own_hosts = own_hosts
        self._read: dict[str, str] = {}

    def expand(self, text: str) -> str:
        """The text with its variables replaced, but for those that it may not use.

        In the address of one of the user's own hosts every variable may stand. Elsewhere only a version may: a file
        must not be able to send secrets to a host of its choice, in whatever part of a request.
        """
        return _URL_OR_WORD.sub(lambda match: self._expand(match[0]), text) if "${" in text else text

    def _expand(self, part: str) -> str:
        values = {name: value for name in VARIABLE.findall(part) if (value := self._environ.get(name))}
        if not values or not (all(map(_is_version, values.items())) or self._is_own(part, values)):
            return part
        self._read |= values
        return _replace(part, values)

    def _is_own(self, url: str, values: Mapping[str, str]) -> bool:
        """Whether it is the address of one of the user's own hosts, with the variables and without."""
        origins = {find_origin(redact_url(each)) for each in (url, _replace(url, values))}
        return len(origins) == 1 and all(origin is not None and origin.host in self._own_hosts() for origin in origins)

    @property
    def are_read(self) -> bool:
        """Whether any was."""
        return bool(self._read)

    def hide(self, text: str) -> str:
        """The text with each value that was read replaced by ``${NAME}``.

        The longest value goes first. A value that is a version stays unless the variable's name speaks of a secret:
        it says what is required and stands in many places by itself.
        """
        for name, value in sorted(self._read.items(), key=lambda item: (-len(item[1]), item[0])):
            if value and value in text:
                text = _hide_value(text, name, value)
        return text

    @contextmanager
    def errors_hidden(self) -> Iterator[None]:
        """The errors raised within are raised without the values that were read."""
        try:
            yield
        except ScanError as error:
            hidden = [self.hide(part) if isinstance(part, str) else part for part in error.args]
            if tuple(hidden) == error.args:
                raise
            raise type(error)(*hidden) from None


def mask_report(report: Report, mask: Mask) -> Report:
    """The report with every text that may repeat what a file says put through a mask; places stay as they are."""
    return replace(
        report,
        projects=tuple(_mask_project(project, mask) for project in report.projects),
        problems=tuple(mask_problem(problem, mask) for problem in report.problems),
        notes=tuple(map(mask, report.notes)),
    )


def mask_dependency(dependency: Dependency, mask: Mask) -> Dependency:
    """The dependency with its text and address put through a mask."""
    url = None if dependency.url is None else mask(dependency.url)
    return replace(dependency, url=url, text=mask(dependency.text))


def mask_skipped(skipped: Skipped, mask: Mask) -> Skipped:
    """The entry with its texts put through a mask."""
    return replace(skipped, text=mask(skipped.text), reason=mask(skipped.reason))


def mask_problem(problem: Problem, mask: Mask) -> Problem:
    """The problem with its message put through a mask."""
    return replace(problem, message=mask(problem.message), remedy=_mask_optional(problem.remedy, mask))


def _is_version(variable: tuple[str, str]) -> bool:
    name, value = variable
    return _VERSION.fullmatch(value) is not None and not _SECRET_NAME.search(name)


def _replace(text: str, values: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda match: values.get(match[1]) or match[0], text)


def _hide_value(text: str, name: str, value: str) -> str:
    written = f"${{{name}}}"
    if _SECRET_NAME.search(name):
        return text.replace(value, written)
    if _VERSION.fullmatch(value):
        return text
    if len(value) >= _SHORT_CHARACTERS:
        return text.replace(value, written)
    return _ADDRESS.sub(lambda match: match[0].replace(value, written), text)


def _mask_project(project: ProjectReport, mask: Mask) -> ProjectReport:
    return replace(
        project,
        dependencies=tuple(_mask_judgement(judgement, mask) for judgement in project.dependencies),
        edits=tuple(_mask_edit(edit, mask) for edit in project.edits),
        skipped=tuple(mask_skipped(skipped, mask) for skipped in project.skipped),
        problems=tuple(mask_problem(problem, mask) for problem in project.problems),
        notes=tuple(map(mask, project.notes)),
    )


def _mask_edit(edit: Edit, mask: Mask) -> Edit:
    changes = tuple(replace(change, old=mask(change.old), new=mask(change.new)) for change in edit.changes)
    return replace(edit, changes=changes, command=_mask_optional(edit.command, mask))


def _mask_judgement(judgement: Judgement, mask: Mask) -> Judgement:
    findings = tuple(_mask_finding(finding, mask) for finding in judgement.findings)
    return replace(judgement, name=mask(judgement.name), requirement=mask(judgement.requirement), findings=findings)


def _mask_finding(finding: Finding, mask: Mask) -> Finding:
    return replace(
        finding,
        message=mask(finding.message),
        evidence=tuple(_mask_evidence(evidence, mask) for evidence in finding.evidence),
        remedy=_mask_optional(finding.remedy, mask),
    )


def _mask_optional(text: str | None, mask: Mask) -> str | None:
    return None if text is None else mask(text)


def _mask_evidence(evidence: Evidence, mask: Mask) -> Evidence:
    return replace(evidence, fact=mask(evidence.fact), origin=mask(evidence.origin))
