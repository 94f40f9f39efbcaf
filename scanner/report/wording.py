"""The words that all reports for people share."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.model.finding import Finding, Level, Problem
from scanner.model.report import (
    Bundle,
    DataAge,
    Judgement,
    ProjectReport,
    ProjectVerdict,
    Verdict,
)
from scanner.model.target import Target
from scanner.report.escape import clean

PROJECT_WORDS = {
    ProjectVerdict.WORKERS: "Python Workers",
    ProjectVerdict.HYBRID: "hybrid: a Worker plus a container",
    ProjectVerdict.CONTAINER: "a container",
    ProjectVerdict.UNKNOWN: "unknown",
}
"""The verdict of a whole project in words."""

VERDICT_WORDS = {
    Verdict.WORKERS: "runs on Workers",
    Verdict.CONTAINER: "needs a container",
    Verdict.UNKNOWN: "unknown",
}
"""The verdict of one dependency in words."""

VERDICT_MARKS = {Verdict.WORKERS: "✓", Verdict.CONTAINER: "✗", Verdict.UNKNOWN: "?"}
"""The verdict of one dependency as a sign; never the only thing that shows it."""

LIMITS_MARK = "!"
"""The sign of a dependency that runs, with limits."""


def describe_outcome(project: ProjectReport) -> tuple[str, str]:
    """The answer to the user's question, and the counts of the user's own requirements, as two sentences."""
    rows = {one.key: one for one in project.requirements}.values()
    total, runs = len(rows), sum(one.verdict is Verdict.WORKERS for one in rows)
    edits = sum(edit.safe for edit in project.edits)
    after = project.verdict_after_edits or project.verdict
    if project.verdict is not ProjectVerdict.WORKERS and after is ProjectVerdict.WORKERS and edits:
        conditions = [f"after {counted(edits, 'edit', 'edits')}", *_once_fixed(project)]
        return (
            f"Runs on Python Workers {', '.join(conditions)}.",
            f"{runs} of {_requirements(total)} {'runs as it is' if runs == 1 else 'run as they are'}.",
        )
    if project.verdict is ProjectVerdict.WORKERS:
        headline = " ".join(["Runs on Python Workers", *_once_fixed(project)])
        return f"{headline}.", _describe_runs(total)
    headlines = {
        ProjectVerdict.HYBRID: "Needs a container beside the Worker.",
        ProjectVerdict.CONTAINER: "Needs a container.",
        ProjectVerdict.UNKNOWN: "Unknown.",
    }
    return headlines[project.verdict], _describe_parts(list(rows), runs)


def _once_fixed(project: ProjectReport) -> Iterator[str]:
    number = len(open_deployment_problems(project))
    if number:
        yield f"once {counted(number, 'problem is', 'problems are')} fixed"


def _describe_runs(total: int) -> str:
    if not total:
        return "It has no dependencies."
    return "The one requirement runs." if total == 1 else f"All {total} requirements run."


def _describe_parts(rows: list[Judgement], runs: int) -> str:
    """What of the requirements runs, needs a container and is unknown."""
    blocked = [one for one in rows if one.verdict is Verdict.CONTAINER]
    unknown = sum(one.verdict is Verdict.UNKNOWN for one in rows)
    parts = [f"{runs} of {_requirements(len(rows))} {'runs' if 1 in (runs, len(rows)) else 'run'} on Workers"]
    if blocked:
        by_policy = ", all by policy" if all(map(is_policy, blocked)) else ""
        parts.append(f"{counted(len(blocked), 'needs a container', 'need a container')}{by_policy}")
    parts += [f"{counted(unknown, 'is unknown', 'are unknown')}"] if unknown else []
    return f"{'; '.join(parts)}." if rows else ""


def is_policy(judgement: Judgement) -> bool:
    """Whether only the table keeps it off Workers."""
    blockers = [finding for finding in judgement.findings if finding.level is Level.BLOCKER]
    return bool(blockers) and all(finding.policy for finding in blockers)


def open_deployment_problems(project: ProjectReport) -> list[Problem]:
    """The problems that make the deployment fail and that nobody accepted."""
    return [one for one in project.problems if one.is_deployment_problem and one.accepted is None]


def describe_counts(project: ProjectReport) -> tuple[str, ...]:
    """The packages and the rest counted, as phrases, the empty ones left out."""
    summary = project.summary
    limits = f" ({summary.with_cautions} with limits)" if summary.with_cautions else ""
    phrases = (
        (summary.workers, f"{counted(summary.workers, 'package runs', 'packages run')}{limits}"),
        (summary.container, counted(summary.container, "needs a container", "need a container")),
        (summary.unknown, f"{summary.unknown} unknown"),
        (len(project.problems), counted(len(project.problems), "problem", "problems")),
        (len(project.skipped), f"{len(project.skipped)} skipped"),
        (summary.accepted, f"{summary.accepted} accepted"),
    )
    return tuple(phrase for number, phrase in phrases if number) or ("no dependencies",)


def describe_target(target: Target) -> str:
    """The runtime that is judged for, and why that one."""
    reason = clean(target.reason).rstrip(".")
    return f"{describe_runtime(target)} · compatibility date {target.compatibility_date.isoformat()}" + (
        f" ({reason})" if reason else ""
    )


def describe_runtime(target: Target) -> str:
    """The runtime in short."""
    return f"Python {clean(target.python.rpartition('.')[0] or target.python)} · Pyodide {clean(target.pyodide)}"


def describe_data(data: DataAge) -> str:
    """The date of the tables."""
    return f"data of {data.date.isoformat()}"


def describe_dependency(judgement: Judgement) -> str:
    """The name with its version; the requirement where there is no version."""
    if judgement.version is not None:
        return f"{clean(judgement.name)} {clean(judgement.version)}"
    return clean(judgement.requirement or judgement.name)


def describe_chain(chain: tuple[str, ...]) -> str:
    """The chain with arrows, for example ``openai → jiter``."""
    return " → ".join(map(clean, chain))


def describe_finding(finding: Finding | Problem) -> str:
    """What the finding says, with its code, and who accepted it."""
    accepted = f" (accepted: {clean(finding.accepted.reason)})" if finding.accepted else ""
    return f"{clean(finding.message)} [{finding.rule.code}]{accepted}"


def describe_size(size_bytes: int) -> str:
    """The size in the unit that fits, for example ``1.2 MiB``."""
    if size_bytes < 1024:
        return f"{size_bytes} B"
    if size_bytes < 1024 * 1024:
        return f"{size_bytes / 1024:.0f} KiB"
    return f"{size_bytes / (1024 * 1024):.1f} MiB"


def describe_bundle(bundle: Bundle, *, brief: bool = False) -> str:
    """What the packages add to the Worker, against the limit; unless brief, with the largest of them."""
    least = "at least " if bundle.unsized else ""
    size = f"{least}{bundle.uncompressed_bytes / 1024**2:.1f} of {bundle.limit_bytes / 1024**2:.0f} MiB"
    if brief:
        return f"bundle {size}"
    largest = ", ".join(f"{clean(name)} {describe_size(size_bytes)}" for name, size_bytes in bundle.largest)
    unsized = f"; size unknown: {', '.join(map(clean, bundle.unsized))}" if bundle.unsized else ""
    return f"bundle {size} uncompressed (largest: {largest}{unsized})"


def counted(number: int, one: str, many: str) -> str:
    """The number with the word in its right form."""
    return f"{number} {one if number == 1 else many}"


def _requirements(number: int) -> str:
    return counted(number, "requirement", "requirements")
