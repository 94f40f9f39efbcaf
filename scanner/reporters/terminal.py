"""The report for people at a terminal: what needs attention first, what runs only counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from scanner.model import Finding, Judgement, Level, ProjectVerdict, Report, Verdict
from scanner.reporters.causes import chains_to, deciding_findings, find_causes, find_remedies
from scanner.reporters.context import ReportContext
from scanner.reporters.escape import clean
from scanner.reporters.places import Places, describe_place
from scanner.reporters.typeset import Page, Span
from scanner.reporters.wording import (
    LIMITS_MARK,
    PROJECT_WORDS,
    VERDICT_MARKS,
    counted,
    describe_bundle,
    describe_chain,
    describe_counts,
    describe_dependency,
    describe_finding,
    describe_size,
    describe_target,
)

_PROJECT_STYLES = {
    ProjectVerdict.WORKERS: "bold green",
    ProjectVerdict.HYBRID: "bold yellow",
    ProjectVerdict.CONTAINER: "bold red",
    ProjectVerdict.UNKNOWN: "bold magenta",
}
_MARKS: dict[Verdict, Span] = {
    Verdict.WORKERS: (f"{VERDICT_MARKS[Verdict.WORKERS]} ", "green"),
    Verdict.CONTAINER: (f"{VERDICT_MARKS[Verdict.CONTAINER]} ", "red"),
    Verdict.UNKNOWN: (f"{VERDICT_MARKS[Verdict.UNKNOWN]} ", "magenta"),
}
_LIMITS: Span = (f"{LIMITS_MARK} ", "yellow")
_LABEL_CELLS = 9
_CALLS_ONLY = frozenset({"CS302", "CS303", "CS304", "CS305", "CS306"})
"""Rules about calls that fail later than at import."""

_Detail = tuple[str, tuple[Span, ...]]


def write_terminal(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes the summary line, then root causes, unknowns, cautions and problems; ``-v`` adds the rest."""
    page = Page(stream, context)
    words = PROJECT_WORDS[report.verdict]
    headline = words[0].upper() + words[1:]
    summary: tuple[Span, ...] = ((headline, _PROJECT_STYLES[report.verdict]), " — ", ", ".join(describe_counts(report)))
    if context.quiet:
        page.line(*summary)
        return
    page.paragraph(*summary)
    page.paragraph((describe_target(report), "dim"))
    if report.bundle is not None:
        page.paragraph((describe_bundle(report.bundle), "dim"))
    for note in report.notes:
        page.paragraph((clean(note), "dim"))
    body = _Body(page=page, report=report, places=Places(report, context), verbose=context.verbose)
    body.write_causes(Verdict.CONTAINER, "Needs a container")
    body.write_causes(Verdict.UNKNOWN, "Could not be told")
    body.write_limits()
    body.write_problems()
    if context.verbose:
        body.write_runs()
        body.write_skipped()
    else:
        body.write_rest()


def _is_aside(judgement: Judgement) -> bool:
    """Whether nobody asked for it by name and its cautions are only about what some of its functions do."""
    return judgement.direct is False and set(_caution_codes(judgement)) <= _CALLS_ONLY


def _caution_codes(judgement: Judgement) -> list[str]:
    return sorted({finding.rule.code for finding in judgement.findings if finding.level is Level.CAUTION})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Body:
    """The parts below the summary; each writes nothing where it has nothing to tell."""

    page: Page
    report: Report
    places: Places
    verbose: int

    def write_causes(self, verdict: Verdict, heading: str) -> None:
        """Each root cause with everything that hangs on it."""
        causes = find_causes(self.report, verdict)
        self._write_heading(heading, self.report.count(verdict))
        for cause in causes:
            self._write_entry(cause.root, _MARKS[verdict])
            if cause.dependents:
                self._write_detail("decides", (", ".join(map(self._with_place, cause.dependents)),))

    def write_limits(self) -> None:
        limited = [judgement for judgement in self.report.dependencies if judgement.has_cautions]
        aside = [] if self.verbose else [judgement for judgement in limited if _is_aside(judgement)]
        self._write_heading("Runs, with limits", len(limited))
        for judgement in limited:
            if judgement not in aside:
                self._write_entry(judgement, _LIMITS)
        if aside:
            names = ", ".join(f"{describe_dependency(one)} ({', '.join(_caution_codes(one))})" for one in aside)
            told = f"{counted(len(aside), 'package', 'packages')} that come along fail only in some calls: {names}"
            self.page.paragraph(told, ("; -v tells which", "dim"), lead=_LIMITS, indent=2)

    def write_problems(self) -> None:
        self._write_heading("Not understood", len(self.report.problems))
        for problem in self.report.problems:
            place = self.places.describe(problem.location)
            where: tuple[Span, ...] = ((place, "bold"), "  ") if place else ()
            message: tuple[Span, ...] = (clean(problem.message), (f" ({problem.rule.code})", "dim"))
            self.page.paragraph(*where, *message, lead=("! ", "magenta"), indent=2)

    def write_runs(self) -> None:
        runs = [
            judgement
            for judgement in self.report.dependencies
            if judgement.verdict is Verdict.WORKERS and not judgement.has_cautions
        ]
        self._write_heading("Runs on Python Workers", len(runs))
        for judgement in runs:
            self._write_entry(judgement, _MARKS[Verdict.WORKERS])

    def write_skipped(self) -> None:
        self._write_heading("Skipped", len(self.report.skipped))
        for skipped in self.report.skipped:
            place = self.places.describe(skipped.location)
            self.page.paragraph(clean(skipped.text), (f" · {place}", "dim"), lead=("- ", "dim"), indent=2)
            self.page.paragraph((clean(skipped.reason), "dim"), indent=4)

    def write_rest(self) -> None:
        """What is only counted, and how to see it."""
        runs, skipped = self.report.count(Verdict.WORKERS) - self.report.with_cautions, len(self.report.skipped)
        phrases = [counted(runs, "dependency runs", "dependencies run") + " without limits"] if runs else []
        phrases += [counted(skipped, "entry is skipped", "entries are skipped")] if skipped else []
        if phrases:
            self.page.blank()
            self.page.paragraph((f"{', '.join(phrases)}: -v lists them.", "dim"))

    def _write_heading(self, heading: str, number: int) -> None:
        if number:
            self.page.blank()
            self.page.paragraph((heading, "bold"), (f" ({number})", "dim"))

    def _write_entry(self, judgement: Judgement, mark: Span) -> None:
        """The dependency with its place and category, and its details below."""
        asides = (describe_place(self.places.of(judgement)), clean(judgement.category or ""))
        spans: list[Span] = [(f" · {text}", "dim") for text in asides if text]
        self.page.paragraph((describe_dependency(judgement), "bold"), *spans, lead=mark, indent=2)
        last_label = ""
        for label, detail in self._find_details(judgement):
            self._write_detail("" if label == last_label else label, detail)
            last_label = label or last_label

    def _write_detail(self, label: str, spans: Iterable[Span]) -> None:
        self.page.paragraph(*spans, lead=(label.ljust(_LABEL_CELLS), "dim"), indent=4)

    def _find_details(self, judgement: Judgement) -> Iterator[_Detail]:
        """Why, how it came in, what to use instead and what to do; with ``-v`` all findings and their evidence."""
        told = judgement.findings if self.verbose else deciding_findings(judgement)
        for finding in told:
            yield from self._find_reasons(judgement, finding)
        for chain in chains_to(judgement):
            yield "via", (describe_chain(chain),)
        if judgement.alternative:
            url = (clean(judgement.alternative.url), "cyan")
            yield "instead", (clean(judgement.alternative.use), (" · ", "dim"), url)
        for remedy in find_remedies(judgement, told):
            yield "remedy", (clean(remedy),)
        if judgement.artifact and self.verbose > 1:
            size_bytes = judgement.artifact.size_bytes
            size = "" if size_bytes is None else f", {describe_size(size_bytes)}"
            yield "file", (f"{clean(judgement.artifact.filename)} ({judgement.artifact.origin.value}{size})",)

    def _find_reasons(self, judgement: Judgement, finding: Finding) -> Iterator[_Detail]:
        decides = judgement.verdict is not Verdict.WORKERS and finding in deciding_findings(judgement)
        label = "why" if decides else finding.level.value
        yield label, (describe_finding(finding),)
        if self.verbose:
            for evidence in finding.evidence:
                origin = (f" [{clean(evidence.origin)}, {evidence.strength.value}]", "dim")
                yield "", (("– ", "dim"), clean(evidence.fact), origin)

    def _with_place(self, judgement: Judgement) -> str:
        place = describe_place(self.places.of(judgement))
        return describe_dependency(judgement) + (f" ({place})" if place else "")
