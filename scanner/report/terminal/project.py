"""One project at a terminal: edits, problems, blockers by root cause, start-up findings, limits, the rest in a line."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from scanner.model.dependency import Location
from scanner.model.edit import Edit
from scanner.model.finding import Level, Problem
from scanner.model.report import DataAge, Judgement, ProjectReport, ProjectVerdict, Verdict
from scanner.model.rule import Rule
from scanner.report.causes import Cause, deciding_findings, find_causes, find_inherited_remedies, find_remedies
from scanner.report.edits import describe_change, describe_fix, describe_removed
from scanner.report.escape import clean
from scanner.report.places import Places, describe_place
from scanner.report.terminal.entry import (
    Detail,
    find_all_details,
    find_cautions,
    find_details,
    find_limit_details,
    find_startup_details,
    is_startup,
)
from scanner.report.terminal.typeset import Page, Span
from scanner.report.wording import (
    LIMITS_MARK,
    VERDICT_MARKS,
    counted,
    describe_bundle,
    describe_data,
    describe_dependency,
    describe_finding,
    describe_runtime,
    describe_target,
)

PROJECT_STYLES = {
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
_HEADINGS = {Verdict.CONTAINER: "Needs a container", Verdict.UNKNOWN: "Unknown"}
_LABEL_CELLS = 9
_NAMES_SHOWN = 6
_MANY_UNKNOWN = 3
"""From more root causes than this, those that are unknown by the same rule are shown together."""
_REASON_LINES = 2
"""The lines that the reason of a limit may take; ``-v`` shows the whole of it."""


def write_problem(page: Page, problem: Problem, places: Places | None) -> None:
    """Writes one problem with its place and its remedy."""
    place = places.describe(problem.location) if places else describe_place(problem.location)
    where: tuple[Span, ...] = ((place, "bold"), "  ") if place else ()
    style = "red" if problem.level is Level.BLOCKER else "magenta"
    page.paragraph(*where, describe_finding(problem), lead=(f"{LIMITS_MARK} ", style), indent=2)
    if problem.remedy:
        page.paragraph(clean(problem.remedy), lead=("remedy".ljust(_LABEL_CELLS), "dim"), indent=4)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectPage:
    """The parts below the outcome; each writes nothing where it has nothing to show."""

    page: Page
    project: ProjectReport
    places: Places
    verbose: int
    data: DataAge | None
    shown: set[str] = field(default_factory=set)
    """The remedies that stand in the report already."""

    def write(self) -> None:
        """Writes everything."""
        self._write_edits((edit for edit in self.project.edits if edit.safe), "")
        fix = describe_fix(self.project)
        if fix:
            self.page.paragraph(fix)
        self._write_runtime()
        self._write_edits((edit for edit in self.project.edits if not edit.safe), "Edits that require code changes")
        self._write_heading("Problems", len(self.project.problems))
        for problem in self.project.problems:
            write_problem(self.page, problem, self.places)
        self._write_causes(Verdict.CONTAINER)
        self._write_causes(Verdict.UNKNOWN)
        self._write_startup()
        self._write_limits()
        if self.verbose:
            self._write_runs()
            self._write_skipped()
        self._write_end()

    def _write_edits(self, edits: Iterable[Edit], heading: str) -> None:
        for edit in edits:
            if heading:
                self._write_heading(heading, 1)
                heading = ""
            removed = describe_removed(edit, brief=not self.verbose)
            for change in edit.changes:
                place = self.places.describe_change(change)
                self.page.paragraph(
                    (place, "bold"),
                    f"  {describe_change(change)}",
                    (f"  {removed}" if removed else "", "dim"),
                    indent=2,
                )
            if edit.command:
                self.page.paragraph(f"run `{clean(edit.command)}`", ("" if edit.changes else removed, "dim"), indent=2)

    def _write_runtime(self) -> None:
        """The runtime, the bundle and the age of the data in one line, then the notes."""
        project = self.project
        parts = [describe_target(project.target) if self.verbose else describe_runtime(project.target)]
        parts += [describe_bundle(project.bundle, brief=not self.verbose)] if project.bundle else []
        parts += [describe_data(self.data)] if self.data else []
        self.page.paragraph((" · ".join(parts), "dim"))
        for note in project.notes:
            self.page.paragraph((clean(note), "dim"))

    def _write_causes(self, verdict: Verdict) -> None:
        """Each root cause with everything that it affects; many unknown ones of the same rule together."""
        causes = [cause for cause in find_causes(self.project, verdict) if self.verbose or not cause.is_accepted]
        number = len({one.key for cause in causes for one in (cause.root, *cause.dependents)})
        self._write_heading(_HEADINGS[verdict], number)
        folds = self._fold_unknown(causes) if verdict is Verdict.UNKNOWN and not self.verbose else {}
        folded = {id(cause) for members in folds.values() for cause in members}
        for cause in causes:
            if id(cause) not in folded:
                self._write_cause(cause, verdict)
        for rule, members in folds.items():
            self._write_fold(rule, members)

    @staticmethod
    def _fold_unknown(causes: Sequence[Cause]) -> dict[Rule, list[Cause]]:
        by_rule: dict[Rule, list[Cause]] = {}
        for cause in causes:
            for finding in deciding_findings(cause.root)[:1]:
                by_rule.setdefault(finding.rule, []).append(cause)
        return {rule: members for rule, members in by_rule.items() if len(members) > _MANY_UNKNOWN}

    def _write_cause(self, cause: Cause, verdict: Verdict) -> None:
        """A root cause: why and what to do, and what else has its verdict from it."""
        root = cause.root
        details = find_all_details(root, self.verbose) if self.verbose else find_details(root)
        self._write_entry(root, _MARKS[verdict], details, more=[self.places.of(row) for row in cause.repeated])
        if cause.dependents:
            self._write_detail("", (f"also affects: {self._list(cause.dependents, self._with_place)}",))
            self.shown.update(find_remedies(root, deciding_findings(root)))
            for remedy in find_inherited_remedies(cause):
                if remedy not in self.shown:
                    self.shown.add(remedy)
                    self._write_detail("remedy", (clean(remedy),))
        if self.verbose:
            for one in cause.dependents:
                self._write_entry(one, _MARKS[verdict], find_all_details(one, self.verbose))

    def _write_fold(self, rule: Rule, members: Sequence[Cause]) -> None:
        roots = [cause.root for cause in members]
        title = f"{len(roots)} packages: {rule.title[0].lower()}{rule.title[1:]}"
        self.page.paragraph((title, "bold"), (f" [{rule.code}]", "dim"), lead=_MARKS[Verdict.UNKNOWN], indent=2)
        self._write_detail("these", (self._list(roots, describe_dependency),))
        for label, detail in find_details(roots[0]):
            if label in {"why", "remedy"}:
                self._write_detail(label, detail, _REASON_LINES)
        dependents = {item.key: item for cause in members for item in cause.dependents}
        if dependents:
            self._write_detail("", (f"also affects: {self._list(list(dependents.values()), self._with_place)}",))

    def _write_startup(self) -> None:
        """Packages that may not be imported at the top level of a Worker; never folded."""
        rows = [one for one in self.project.packages if any(map(is_startup, one.findings))]
        self._write_heading("At the top level of the Worker", len(rows))
        for row in rows:
            self._write_entry(row, _LIMITS, find_startup_details(row))

    def _write_limits(self) -> None:
        """The requirements that run with limits; the transitive dependencies that do so in one line."""
        limited = [
            one for one in self.project.packages if one.has_cautions and not all(map(is_startup, find_cautions(one)))
        ]
        own = {one.key for one in self.project.requirements}
        alone = [one for one in limited if self.verbose or one.key in own]
        rest = [one for one in limited if not self.verbose and one.key not in own]
        self._write_heading("Runs, with limits", len(limited))
        for one in alone:
            details = find_all_details(one, self.verbose) if self.verbose else find_limit_details(one)
            self._write_entry(one, _LIMITS, details, max_lines=None if self.verbose else _REASON_LINES)
        if rest:
            title = counted(len(rest), "transitive dependency", "transitive dependencies")
            self.page.paragraph((title, "bold"), f": {self._list(rest, describe_dependency)}", lead=_LIMITS, indent=2)

    def _write_runs(self) -> None:
        runs = [one for one in self.project.packages if one.verdict is Verdict.WORKERS and not one.has_cautions]
        self._write_heading("Runs on Python Workers", len(runs))
        for judgement in runs:
            self._write_entry(judgement, _MARKS[Verdict.WORKERS], find_all_details(judgement, self.verbose))

    def _write_skipped(self) -> None:
        self._write_heading("Skipped", len(self.project.skipped))
        for skipped in self.project.skipped:
            place = self.places.describe(skipped.location)
            self.page.paragraph(clean(skipped.text), (f"  {place}", "dim"), lead=("- ", "dim"), indent=2)
            self.page.paragraph((clean(skipped.reason), "dim"), indent=4)

    def _write_end(self) -> None:
        """What is only counted, and what to do next."""
        sentences = [] if self.verbose else [*self._count_rest(), *self._find_next_steps()]
        if sentences:
            self.page.blank()
        for sentence in sentences:
            self.page.paragraph((sentence, "dim"))

    def _count_rest(self) -> Iterator[str]:
        summary, skipped = self.project.summary, len(self.project.skipped)
        runs = summary.workers - summary.with_cautions
        phrases = [counted(runs, "package runs", "packages run") + " without limits"] if runs else []
        phrases += [counted(skipped, "entry is skipped", "entries are skipped")] if skipped else []
        phrases += [f"{summary.accepted} accepted"] if summary.accepted else []
        if phrases:
            yield f"{', '.join(phrases)}: -v lists them."

    def _find_next_steps(self) -> Iterator[str]:
        summary = self.project.summary
        if summary.container or summary.unknown or summary.with_cautions:
            target = shlex.quote(clean(next(iter(self.project.files), self.project.path)))
            steps = [f"`compat-scan plan {target}`"] if summary.container else []
            yield f"Next: {', '.join([*steps, '`compat-scan explain NAME`', '-v for the evidence and links'])}."

    def _write_heading(self, heading: str, number: int) -> None:
        if number:
            self.page.blank()
            self.page.paragraph((heading, "bold"), (f" ({number})", "dim"))

    def _write_entry(
        self,
        judgement: Judgement,
        mark: Span,
        details: Iterator[Detail],
        *,
        more: Sequence[Location | None] = (),
        max_lines: int | None = None,
    ) -> None:
        """The dependency with its places and category, and its details below."""
        places = [describe_place(self.places.of(judgement)), *(describe_place(place) for place in more)]
        asides = (", ".join(place for place in places if place), clean(judgement.category or ""))
        spans: list[Span] = [(f"  {text}", "dim") for text in asides if text]
        self.page.paragraph((describe_dependency(judgement), "bold"), *spans, lead=mark, indent=2)
        last_label = ""
        for label, detail in details:
            self._write_detail("" if label == last_label else label, detail, max_lines)
            last_label = label or last_label

    def _write_detail(self, label: str, spans: Sequence[Span], max_lines: int | None = None) -> None:
        lead: Span = (label.ljust(_LABEL_CELLS), "dim")
        self.page.paragraph(*spans, lead=lead, indent=4, max_lines=max_lines)

    def _list(self, judgements: Sequence[Judgement], describe: Callable[[Judgement], str]) -> str:
        """The dependencies in one line of reasonable length, all of them with ``-v``."""
        shown = judgements if self.verbose else judgements[:_NAMES_SHOWN]
        rest = len(judgements) - len(shown)
        return ", ".join(map(describe, shown)) + (f" and {rest} more" if rest else "")

    def _with_place(self, judgement: Judgement) -> str:
        place = describe_place(self.places.of(judgement))
        return describe_dependency(judgement) + (f" ({place})" if place else "")
