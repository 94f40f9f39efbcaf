"""One project on the HTML page: its verdict with the bundle, edits first, then problems and root causes as cards."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.model.report import Judgement, ProjectReport, Verdict
from scanner.model.rule import Rule
from scanner.report.causes import Cause, find_causes
from scanner.report.context import ReportContext
from scanner.report.edits import describe_change, describe_fix, describe_removed
from scanner.report.html.parts import Ids, advice, code, explanation, finding_text, prose, section, text
from scanner.report.html.pictures import bundle_gauge, proportion_bar
from scanner.report.places import Places, describe_place
from scanner.report.wording import counted, describe_counts, describe_dependency, describe_outcome, describe_target


def project_sections(
    project: ProjectReport, places: Places, ids: Ids, context: ReportContext, number: int
) -> Iterator[str]:
    """Everything about one project above the table of dependencies; ``number`` makes its anchors unique."""
    yield _summary(project)
    writer = _Cards(project, places, ids, context)
    yield from section(f"Edits ({len(project.edits)})", f"edits{number}", writer.edits())
    yield from section(f"Problems ({len(project.problems)})", f"problems{number}", writer.problems())
    for verdict, heading in ((Verdict.CONTAINER, "Needs a container"), (Verdict.UNKNOWN, "Unknown")):
        causes = find_causes(project, verdict)
        cards = map(writer.cause, causes)
        packages = sum(1 + len(cause.dependents) for cause in causes)
        yield from section(f"{heading} ({packages})", f"{verdict.value}{number}", cards)
    yield from section("At the top level of the Worker", f"startup{number}", writer.startup())


def _summary(project: ProjectReport) -> str:
    """The outcome, the target, the counts with their proportions, and the bundle."""
    headline, counts = describe_outcome(project)
    figures = "".join(f"<li>{text(phrase)}</li>" for phrase in describe_counts(project))
    notes = "".join(f"<p>{prose(note)}</p>\n" for note in project.notes)
    return (
        f'<div class="summary {project.verdict.value}">\n<p><strong>{text(headline)}</strong> {text(counts)}</p>\n'
        f'<p class="target">{text(describe_target(project.target))} · table: {project.table.value}</p>\n'
        f"{bundle_gauge(project.bundle)}{notes}"
        f'{proportion_bar(project)}<ul class="figures">{figures}</ul>\n</div>\n'
    )


class _Cards:
    """The cards of one project; each names its file and its project."""

    def __init__(self, project: ProjectReport, places: Places, ids: Ids, context: ReportContext) -> None:
        self._project = project
        self._places = places
        self._ids = ids
        self._context = context

    def edits(self) -> Iterator[str]:
        for edit in self._project.edits:
            changes = "".join(
                f"<p>{code(self._places.describe_change(change))} {text(describe_change(change))}</p>\n"
                for change in edit.changes
            )
            command = f"<p>run {code(edit.command)}</p>\n" if edit.command else ""
            more = [describe_removed(edit).strip(), "" if edit.safe else "requires code changes"]
            details = " ".join(part for part in more if part)
            resolves = ", ".join(f"{one.name} {one.rule.code}" for one in edit.resolves)
            yield f"{changes}{command}<p><small>{text(details)} {text(resolves)}</small></p>{self._place('')}"
        fix = describe_fix(self._project)
        if fix:
            yield prose(fix)

    def problems(self) -> Iterator[str]:
        for problem in self._project.problems:
            place = self._places.describe(problem.location)
            remedy = f"<p><strong>Remedy:</strong> {prose(problem.remedy)}</p>\n" if problem.remedy else ""
            yield f"<p>{finding_text(problem, self._context)}</p>\n{remedy}{self._place(place)}"

    def cause(self, cause: Cause) -> str:
        """A root cause with its reasons and with everything that it affects."""
        dependents = ""
        if cause.dependents:
            number = counted(len(cause.dependents), "other dependency", "other dependencies")
            dependents = f"<p>Also affects {number}: {', '.join(map(self._link, cause.dependents))}</p>\n"
        return f"{self._title(cause.root)}{explanation(cause.root, self._context)}{dependents}"

    def startup(self) -> Iterator[str]:
        for row in self._project.packages:
            found = [finding for finding in row.findings if finding.rule is Rule.CS307]
            if found:
                reasons = "".join(f"<p>{finding_text(finding, self._context)}</p>\n" for finding in found)
                yield f"{self._title(row)}{reasons}{advice(row, found)}"

    def _title(self, judgement: Judgement) -> str:
        category = f'<p class="category">{text(judgement.category)}</p>\n' if judgement.category else ""
        place = describe_place(self._places.of(judgement))
        return f"<h3>{self._link(judgement)}</h3>\n{category}{self._place(place)}"

    def _link(self, judgement: Judgement) -> str:
        return f'<a href="#{self._ids.of(judgement)}">{text(describe_dependency(judgement))}</a>'

    def _place(self, place: str) -> str:
        return f'<p class="place">{text(self._project.name)} {code(place)}</p>\n'
