"""Findings that are accepted: by a comment, the configuration, the command line, or the baseline.

An accepted finding stays in the report with who accepted it. It changes the exit code, never a verdict.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from packaging.utils import canonicalize_name

from scanner.inputs.formats.ignores import InlineIgnore
from scanner.inputs.setting_values import Ignore
from scanner.model.errors import SourceError
from scanner.model.finding import Accepted, Finding, Level, Problem, fingerprint
from scanner.model.report import IgnoreUse, Judgement
from scanner.model.rule import Rule

BASELINE = Accepted(by="baseline", reason="in the baseline")
_ACCEPT_OPTION = "--accept"


@dataclass(frozen=True, kw_only=True, slots=True)
class Exemption:
    """One entry that accepts findings, wherever it stands, with its rules looked up."""

    rules: frozenset[Rule]
    reason: str
    place: str
    """Where it stands, for people."""
    package: str | None = None
    """The normalised name it is for; None for a comment, which is for what its place declares, and for an option."""
    path: str | None = None
    lines: tuple[int, ...] = ()
    until: date | None = None
    """The last day on which it holds."""

    def covers(self, name: str, places: Iterable[tuple[str, int]]) -> bool:
        """Whether it is about this dependency, declared at these places (path and line)."""
        if self.package is not None:
            return canonicalize_name(name) == self.package
        return self.path is None or any(path == self.path and line in self.lines for path, line in places)

    def is_expired(self, today: date | None) -> bool:
        """Whether its last day is over."""
        return today is not None and self.until is not None and self.until < today


@dataclass(frozen=True, kw_only=True, slots=True)
class AcceptedFindings:
    """The findings of one project with the accepted ones marked, and what the entries were good for."""

    judgements: tuple[Judgement, ...]
    problems: tuple[Problem, ...]
    ignores: tuple[IgnoreUse, ...]


def accept_findings(
    judgements: Sequence[Judgement],
    problems: Sequence[Problem],
    exemptions: Sequence[Exemption],
    *,
    project_path: str,
    baseline: frozenset[str] = frozenset(),
    today: date | None = None,
) -> AcceptedFindings:
    """The findings and problems of one project, those that an entry or the baseline names marked as accepted."""
    expired = [each for each in exemptions if each.is_expired(today)]
    matcher = _Matcher(
        exemptions=tuple(each for each in exemptions if each not in expired),
        project_path=project_path,
        baseline=baseline,
    )
    used: set[Exemption] = set()
    marked = [matcher.mark(judgement, judgements, used) for judgement in judgements]
    by_cause = {(one.name, one.version): one for one in marked}
    return AcceptedFindings(
        judgements=tuple(_accept_inherited(one, by_cause) for one in marked),
        problems=tuple(matcher.mark_problem(problem, used) for problem in problems),
        ignores=tuple(
            IgnoreUse(place=each.place, used=each in used, expired=each in expired)
            for each in dict.fromkeys(exemptions)
        ),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Matcher:
    exemptions: tuple[Exemption, ...]
    project_path: str
    baseline: frozenset[str]

    def mark(self, judgement: Judgement, rows: Sequence[Judgement], used: set[Exemption]) -> Judgement:
        """The row with its accepted findings marked; every declaration of its name is a place of it."""
        if not self.exemptions and not self.baseline:
            return judgement
        places = {(row.location.path, row.location.line) for row in rows if row.name == judgement.name and row.location}
        findings = tuple(self._mark(finding, judgement.name, places, used) for finding in judgement.findings)
        return replace(judgement, findings=findings)

    def mark_problem(self, problem: Problem, used: set[Exemption]) -> Problem:
        """The problem, marked if it is accepted."""
        places = {(problem.location.path, problem.location.line)} if problem.location else set()
        return replace(problem, accepted=self._find(problem.rule, problem.message, places, used))

    def _mark(self, finding: Finding, name: str, places: set[tuple[str, int]], used: set[Exemption]) -> Finding:
        accepted = self._find(finding.rule, name, places, used)
        return finding if accepted is None else replace(finding, accepted=accepted)

    def _find(self, rule: Rule, name: str, places: set[tuple[str, int]], used: set[Exemption]) -> Accepted | None:
        found = [each for each in self.exemptions if rule in each.rules and each.covers(name, places)]
        used.update(found)
        if found:
            return Accepted(by=found[0].place, reason=found[0].reason)
        return BASELINE if fingerprint(rule, self.project_path, name) in self.baseline else None


def _accept_inherited(judgement: Judgement, by_cause: Mapping[tuple[str, str | None], Judgement]) -> Judgement:
    """The row with each CS109 accepted whose cause is accepted."""
    return replace(judgement, findings=tuple(_inherit(finding, by_cause) for finding in judgement.findings))


def _inherit(finding: Finding, by_cause: Mapping[tuple[str, str | None], Judgement]) -> Finding:
    if finding.cause is None or finding.accepted is not None or finding.rule is not Rule.CS109:
        return finding
    cause = by_cause.get((finding.cause.name, finding.cause.version))
    deciding = [
        one for one in (cause.findings if cause else ()) if one.level is Level.BLOCKER or one.rule.leaves_unknown
    ]
    first = deciding[0].accepted if deciding and all(one.accepted for one in deciding) else None
    if first is None:
        return finding
    return replace(finding, accepted=Accepted(by=first.by, reason=f"accepted for {finding.cause.name}: {first.reason}"))


def describe_ignores(uses: Iterable[IgnoreUse], *, is_whole: bool) -> Iterator[str]:
    """What is wrong with the entries of a scan: those that ran out, and those that no project needed.

    A scan that was not whole, because an option cut it short or an index did not answer, cannot tell the latter.
    """
    by_place: dict[str, list[IgnoreUse]] = {}
    for use in uses:
        by_place.setdefault(use.place, []).append(use)
    for place, each in by_place.items():
        if each[0].expired:
            yield f"{place}: expired ignore"
        elif is_whole and place != _ACCEPT_OPTION and not any(use.used for use in each):
            yield f"{place}: unused ignore (no matching finding)"


def make_exemptions(
    configured: Iterable[Ignore],
    accepted_codes: Sequence[str],
    inline: Iterable[InlineIgnore],
    declared: Mapping[str, frozenset[int]],
) -> tuple[Exemption, ...]:
    """Every entry with its rules looked up; ``declared`` are the lines of each file that declare something.

    Raises:
        SourceError: an entry names no rule, an unknown one, or gives no reason.
    """
    options = (_from_option(accepted_codes),) if accepted_codes else ()
    return (*map(_from_settings, configured), *options, *(_from_comment(each, declared) for each in inline))


def parse_rules(codes: Iterable[str], path: str, line: int | None = None, where: str = "") -> frozenset[Rule]:
    """The rules of these codes.

    Raises:
        SourceError: there is no such rule.
    """
    return frozenset(_find_rule(code, path, line, where) for code in codes)


def _from_settings(ignore: Ignore) -> Exemption:
    path, _, key = ignore.origin.partition(": ")
    return Exemption(
        rules=_parse_named(ignore.rules, path, None, f"{key}: " if key else ""),
        reason=ignore.reason,
        place=f"{ignore.origin} ({ignore.package})",
        package=canonicalize_name(ignore.package),
        until=ignore.until,
    )


def _from_option(codes: Sequence[str]) -> Exemption:
    rules = parse_rules(codes, _ACCEPT_OPTION)
    return Exemption(rules=rules, reason="accepted for this run", place=_ACCEPT_OPTION)


def _from_comment(ignore: InlineIgnore, declared: Mapping[str, frozenset[int]]) -> Exemption:
    if ignore.word != "ignore":
        reason = f'unknown comment "{ignore.word}"; write # compat-scan: ignore[CS101] and the reason'
        raise SourceError(ignore.path, ignore.line, reason)
    if not ignore.reason:
        reason = "an ignore requires a reason: # compat-scan: ignore[CS101] why it is accepted"
        raise SourceError(ignore.path, ignore.line, reason)
    known = declared.get(ignore.path, frozenset())
    lines = next(((line,) for line in ignore.lines if line in known), ())
    return Exemption(
        rules=_parse_named(ignore.rules, ignore.path, ignore.line, ""),
        reason=ignore.reason,
        place=f"{ignore.path}:{ignore.line}",
        path=ignore.path,
        lines=lines,
    )


def _parse_named(codes: Sequence[str], path: str, line: int | None, where: str) -> frozenset[Rule]:
    if not codes:
        raise SourceError(path, line, f"{where}an ignore names its rules: # compat-scan: ignore[CS101] reason")
    return parse_rules(codes, path, line, where)


def _find_rule(code: str, path: str, line: int | None, where: str) -> Rule:
    if code in Rule.__members__:
        return Rule[code]
    # Letters that look like digits are what is mistyped in a code.
    typed = code.upper()[:2] + code.upper()[2:].translate(str.maketrans("OIL", "011"))
    near = difflib.get_close_matches(typed, list(Rule.__members__), n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise SourceError(path, line, f'{where}unknown rule "{code}"{hint}')
