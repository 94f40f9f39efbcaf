"""Findings that are accepted: by a comment on the declaration, by the configuration, or by the baseline.

An accepted finding stays in the report as a note that says so and no longer counts. What it leaves of the verdict is
judged anew. An accepted CS5xx does not make a dependency run: it stays unknown, but the project's verdict and the exit
code no longer wait for it. An accepted problem of a file (CS6xx) is told among what was skipped.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from packaging.utils import canonicalize_name

from scanner.inputs.formats.ignores import InlineIgnore
from scanner.inputs.settings import Ignore
from scanner.model.acceptance import accept
from scanner.model.dependency import Location, Skipped
from scanner.model.errors import SourceError
from scanner.model.finding import Finding, Problem
from scanner.model.fingerprint import fingerprint
from scanner.model.rule import Rule
from scanner.model.target import Target

IN_BASELINE = "in the baseline"


@dataclass(frozen=True, kw_only=True, slots=True)
class Exemption:
    """One ignore, wherever it stands, with its rules looked up."""

    rules: frozenset[Rule]
    reason: str
    origin: str
    """Where it stands, for people."""
    package: str | None = None
    """The normalised name it is for; None for a comment, which is for what its place declares."""
    path: str | None = None
    lines: tuple[int, ...] = ()
    until: date | None = None
    """The last day on which it holds."""

    def covers(self, name: str, places: Iterable[tuple[str, int]]) -> bool:
        """Whether it speaks of this dependency, declared at these places (path and line)."""
        if self.package is not None:
            return canonicalize_name(name) == self.package
        return any(path == self.path and line in self.lines for path, line in places)


class Exemptions:
    """All that is accepted in one scan; remembers which of the ignores were of use.

    ``today`` None means that no ignore runs out; ``is_whole`` False that the scan leaves something out on purpose.
    """

    def __init__(
        self,
        exemptions: Sequence[Exemption] = (),
        *,
        target: Target,
        baseline: frozenset[str] = frozenset(),
        today: date | None = None,
        is_whole: bool = True,
    ) -> None:
        self._expired = [each for each in exemptions if today and each.until and each.until < today]
        self._in_force = [each for each in exemptions if each not in self._expired]
        self._target = target
        self._baseline = baseline
        self._used: set[Exemption] = set()
        self._is_whole = is_whole

    def apply(self, findings: Iterable[Finding], name: str, places: Iterable[Location]) -> tuple[Finding, ...]:
        """The findings of one dependency, those that are accepted as notes."""
        findings = tuple(findings)
        self._is_whole = self._is_whole and all(finding.rule is not Rule.CS504 for finding in findings)
        if not self._in_force and not self._baseline:
            return findings
        where = {(place.path, place.line) for place in places}
        return tuple(self._apply(finding, name, where) for finding in findings)

    def part_problems(self, problems: Iterable[Problem]) -> tuple[tuple[Problem, ...], tuple[Skipped, ...]]:
        """The problems that count, and those that are accepted."""
        counting: list[Problem] = []
        accepted: list[Skipped] = []
        for problem in problems:
            places = {(problem.location.path, problem.location.line)} if problem.location else set()
            reason = self._find_reason(problem.rule, problem.message, places)
            if reason is None or problem.location is None:
                counting.append(problem)
            else:
                text = f"{problem.rule.code}: {problem.message}"
                accepted.append(Skipped(text=text, reason=reason, location=problem.location))
        return tuple(counting), tuple(accepted)

    def notes(self) -> tuple[str, ...]:
        """What should be known of the ignores themselves: those that ran out, and those that nothing needs.

        Of the latter nothing can be told by a scan that was not whole, because an option cut it short or an index did
        not answer.
        """
        expired = [f"the ignore at {each.origin} ran out on {each.until}: {each.reason}" for each in self._expired]
        unused = [
            f"the ignore at {each.origin} is not needed: nothing it names was found"
            for each in self._in_force
            if self._is_whole and each not in self._used
        ]
        return (*expired, *unused)

    def _apply(self, finding: Finding, name: str, places: set[tuple[str, int]]) -> Finding:
        reason = self._find_reason(finding.rule, name, places)
        return finding if reason is None else accept(finding, reason)

    def _find_reason(self, rule: Rule, name: str, places: set[tuple[str, int]]) -> str | None:
        found = [each for each in self._in_force if rule in each.rules and each.covers(name, places)]
        self._used.update(found)
        if found:
            return f"ignored: {found[0].reason}"
        return IN_BASELINE if fingerprint(rule, name, self._target) in self._baseline else None


def make_exemptions(
    configured: Iterable[Ignore], inline: Iterable[InlineIgnore], declared: Mapping[str, set[int]]
) -> tuple[Exemption, ...]:
    """Every ignore with its rules looked up; ``declared`` are the lines of each file that declare something.

    Raises:
        SourceError: an ignore names no rule, an unknown one, or gives no reason.
    """
    return (*map(_from_settings, configured), *(_from_comment(each, declared) for each in inline))


def _from_settings(ignore: Ignore) -> Exemption:
    path, _, key = ignore.origin.partition(": ")
    return Exemption(
        rules=_parse_rules(ignore.rules, path, None, f"{key}: " if key else ""),
        reason=ignore.reason,
        origin=f"{ignore.origin} ({ignore.package})",
        package=canonicalize_name(ignore.package),
        until=ignore.until,
    )


def _from_comment(ignore: InlineIgnore, declared: Mapping[str, set[int]]) -> Exemption:
    if ignore.word != "ignore":
        reason = f"«{ignore.word}» is nothing that compat-scan knows; write # compat-scan: ignore[CS101] and the reason"
        raise SourceError(ignore.path, ignore.line, reason)
    if not ignore.reason:
        reason = "an ignore needs a reason: # compat-scan: ignore[CS101] why it is accepted"
        raise SourceError(ignore.path, ignore.line, reason)
    known = declared.get(ignore.path, set())
    lines = next(((line,) for line in ignore.lines if line in known), ())
    return Exemption(
        rules=_parse_rules(ignore.rules, ignore.path, ignore.line, ""),
        reason=ignore.reason,
        origin=f"{ignore.path}:{ignore.line}",
        path=ignore.path,
        lines=lines,
    )


def _parse_rules(codes: Sequence[str], path: str, line: int | None, where: str) -> frozenset[Rule]:
    if not codes:
        raise SourceError(path, line, f"{where}an ignore names its rules: # compat-scan: ignore[CS101] reason")
    return frozenset(_find_rules(codes, path, line, where))


def _find_rules(codes: Iterable[str], path: str, line: int | None, where: str) -> Iterator[Rule]:
    for code in codes:
        if code not in Rule.__members__:
            # Letters that look like digits are what is mistyped in a code.
            typed = code.upper()[:2] + code.upper()[2:].translate(str.maketrans("OIL", "011"))
            near = difflib.get_close_matches(typed, list(Rule.__members__), n=1)
            hint = f"; did you mean «{near[0]}»?" if near else ""
            raise SourceError(path, line, f"{where}there is no rule «{code}»{hint}")
        yield Rule[code]
