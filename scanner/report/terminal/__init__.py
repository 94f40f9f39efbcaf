"""The report for people at a terminal: what needs attention first and in few lines, what runs only counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from scanner.model.report import Judgement, ProjectVerdict, Report, Verdict
from scanner.report.causes import Cause, deciding_findings, find_causes, find_inherited_remedies, find_remedies
from scanner.report.context import ReportContext
from scanner.report.escape import clean
from scanner.report.folding import LimitFold, UnknownFold, find_cautions, fold_limits, fold_unknown, list_codes
from scanner.report.places import Places, describe_place
from scanner.report.terminal.entry import Detail, find_all_details, find_details, find_limit_details
from scanner.report.terminal.typeset import Page, Span
from scanner.report.wording import (
    LIMITS_MARK,
    PROJECT_WORDS,
    VERDICT_MARKS,
    counted,
    describe_bundle,
    describe_counts,
    describe_dependency,
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
_NAMES_SHOWN = 6
_REASON_LINES = 2
"""The lines that the reason of a limit may take; the whole of it comes with ``-v``."""


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
        page.paragraph((describe_bundle(report.bundle, brief=not context.verbose), "dim"))
    for note in report.notes:
        page.paragraph((clean(note), "dim"))
    body = _Body(page=page, report=report, places=Places(report, context), verbose=context.verbose)
    body.write_blocked()
    body.write_unknown()
    body.write_limits()
    body.write_problems()
    if context.verbose:
        body.write_runs()
        body.write_skipped()
    body.write_end()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Body:
    """The parts below the summary; each writes nothing where it has nothing to tell."""

    page: Page
    report: Report
    places: Places
    verbose: int
    told: set[str] = field(default_factory=set)
    """The remedies that stand in the report already."""

    def write_blocked(self) -> None:
        """Each root cause with everything that hangs on it."""
        self._write_heading("Needs a container", self.report.count(Verdict.CONTAINER))
        for cause in find_causes(self.report, Verdict.CONTAINER):
            self._write_cause(cause, Verdict.CONTAINER)

    def write_unknown(self) -> None:
        """What could not be told and what to do about it; many by the same rule together."""
        causes = find_causes(self.report, Verdict.UNKNOWN)
        alone, folds = (causes, ()) if self.verbose else fold_unknown(causes)
        self._write_heading("Could not be told", self.report.count(Verdict.UNKNOWN))
        for cause in alone:
            self._write_cause(cause, Verdict.UNKNOWN)
        for fold in folds:
            self._write_unknown_fold(fold)

    def write_limits(self) -> None:
        limited = [judgement for judgement in self.report.dependencies if judgement.has_cautions]
        alone, folds = (limited, ()) if self.verbose else fold_limits(limited)
        self._write_heading("Runs, with limits", len(limited))
        for judgement in alone:
            if self.verbose:
                self._write_entry(judgement, _LIMITS, find_all_details(judgement, self.verbose))
            else:
                self._write_entry(judgement, _LIMITS, find_limit_details(judgement), max_lines=_REASON_LINES)
        for fold in folds:
            self._write_limit_fold(fold)

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
            self._write_entry(judgement, _MARKS[Verdict.WORKERS], find_all_details(judgement, self.verbose))

    def write_skipped(self) -> None:
        self._write_heading("Skipped", len(self.report.skipped))
        for skipped in self.report.skipped:
            place = self.places.describe(skipped.location)
            self.page.paragraph(clean(skipped.text), (f" · {place}", "dim"), lead=("- ", "dim"), indent=2)
            self.page.paragraph((clean(skipped.reason), "dim"), indent=4)

    def write_end(self) -> None:
        """What is only counted, and what to do next."""
        sentences = [*self._count_rest(), *self._find_next_steps()]
        if sentences:
            self.page.blank()
        for sentence in sentences:
            self.page.paragraph((sentence, "dim"))

    def _count_rest(self) -> Iterator[str]:
        runs, skipped = self.report.count(Verdict.WORKERS) - self.report.with_cautions, len(self.report.skipped)
        phrases = [counted(runs, "dependency runs", "dependencies run") + " without limits"] if runs else []
        phrases += [counted(skipped, "entry is skipped", "entries are skipped")] if skipped else []
        if phrases and not self.verbose:
            yield f"{', '.join(phrases)}: -v lists them."

    def _find_next_steps(self) -> Iterator[str]:
        containers, unknowns = self.report.count(Verdict.CONTAINER), self.report.count(Verdict.UNKNOWN)
        if not self.verbose and (containers or unknowns or self.report.with_cautions):
            steps = ["`compat-scan plan PATHS`"] if containers else []
            steps += ["`compat-scan explain NAME`", "-v for the evidence and links"]
            yield f"Next: {', '.join(steps)}."

    def _write_heading(self, heading: str, number: int) -> None:
        if number:
            self.page.blank()
            self.page.paragraph((heading, "bold"), (f" ({number})", "dim"))

    def _write_cause(self, cause: Cause, verdict: Verdict) -> None:
        """A root cause: why and what to do, and who has its verdict from it."""
        root = cause.root
        details = find_all_details(root, self.verbose) if self.verbose else find_details(root)
        self._write_entry(root, _MARKS[verdict], details)
        if cause.dependents:
            self._write_detail("so also", (self._list(cause.dependents, self._with_place),))
            self._write_inherited_remedies(cause)

    def _write_inherited_remedies(self, cause: Cause) -> None:
        """What to do about those that hang on a cause, each once in the report."""
        self.told.update(find_remedies(cause.root, deciding_findings(cause.root)))
        for remedy in find_inherited_remedies(cause):
            if remedy not in self.told:
                self.told.add(remedy)
                self._write_detail("remedy", (clean(remedy),))

    def _write_entry(
        self, judgement: Judgement, mark: Span, details: Iterator[Detail], max_lines: int | None = None
    ) -> None:
        """The dependency with its place and category, and its details below."""
        asides = (describe_place(self.places.of(judgement)), clean(judgement.category or ""))
        spans: list[Span] = [(f" · {text}", "dim") for text in asides if text]
        self.page.paragraph((describe_dependency(judgement), "bold"), *spans, lead=mark, indent=2)
        last_label = ""
        for label, detail in details:
            self._write_detail("" if label == last_label else label, detail, max_lines)
            last_label = label or last_label

    def _write_detail(self, label: str, spans: Sequence[Span], max_lines: int | None = None) -> None:
        lead: Span = (label.ljust(_LABEL_CELLS), "dim")
        self.page.paragraph(*spans, lead=lead, indent=4, max_lines=max_lines)

    def _write_unknown_fold(self, fold: UnknownFold) -> None:
        roots = [cause.root for cause in fold.causes]
        code = (f" ({fold.rule.code})", "dim")
        self.page.paragraph((fold.title, "bold"), code, lead=_MARKS[Verdict.UNKNOWN], indent=2)
        self._write_detail("these", (self._list(roots, describe_dependency),))
        for label, detail in find_details(roots[0]):
            if label in {"why", "remedy"}:
                self._write_detail(label, detail, _REASON_LINES)
        dependents = {item.key: item for cause in fold.causes for item in cause.dependents}
        if dependents:
            self._write_detail("so also", (self._list(list(dependents.values()), self._with_place),))

    def _write_limit_fold(self, fold: LimitFold) -> None:
        names = ", ".join(f"{describe_dependency(one)} ({list_codes(find_cautions(one))})" for one in fold.members)
        self.page.paragraph((fold.title, "bold"), f": {names}", lead=_LIMITS, indent=2)

    def _list(self, judgements: Sequence[Judgement], describe: Callable[[Judgement], str]) -> str:
        """The dependencies in one line of reasonable length, all of them with ``-v``."""
        shown = judgements if self.verbose else judgements[:_NAMES_SHOWN]
        rest = len(judgements) - len(shown)
        return ", ".join(map(describe, shown)) + (f" and {rest} more" if rest else "")

    def _with_place(self, judgement: Judgement) -> str:
        place = describe_place(self.places.of(judgement))
        return describe_dependency(judgement) + (f" ({place})" if place else "")
