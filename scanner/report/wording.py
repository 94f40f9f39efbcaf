"""The words that all reports for people share."""

from __future__ import annotations

from scanner.model.finding import Finding
from scanner.model.report import Bundle, Judgement, ProjectVerdict, Report, Verdict
from scanner.report.escape import clean

PROJECT_WORDS = {
    ProjectVerdict.WORKERS: "Python Workers",
    ProjectVerdict.HYBRID: "hybrid: a Worker plus a container",
    ProjectVerdict.CONTAINER: "a container",
    ProjectVerdict.UNKNOWN: "unknown",
}
"""The verdict of the whole project in words."""

VERDICT_WORDS = {
    Verdict.WORKERS: "runs on Workers",
    Verdict.CONTAINER: "needs a container",
    Verdict.UNKNOWN: "unknown",
}
"""The verdict of one dependency in words."""

VERDICT_MARKS = {Verdict.WORKERS: "✓", Verdict.CONTAINER: "✗", Verdict.UNKNOWN: "?"}
"""The verdict of one dependency as a sign; never the only thing that tells it."""

LIMITS_MARK = "!"
"""The sign of a dependency that runs, with limits."""


def describe_counts(report: Report) -> tuple[str, ...]:
    """The figures of the report as phrases, the empty ones left out."""
    runs, container, unknown = (report.count(verdict) for verdict in Verdict)
    limits = f" ({report.with_cautions} with limits)" if report.with_cautions else ""
    phrases = (
        (runs, f"{counted(runs, 'runs', 'run')}{limits}"),
        (container, counted(container, "needs a container", "need a container")),
        (unknown, f"{unknown} unknown"),
        (len(report.problems), counted(len(report.problems), "problem", "problems")),
        (len(report.skipped), f"{len(report.skipped)} skipped"),
    )
    return tuple(phrase for number, phrase in phrases if number) or ("no dependency found",)


def describe_target(report: Report) -> str:
    """The runtime that the report speaks of, and why that one."""
    target = report.target
    reason = clean(target.reason).rstrip(".")
    return (
        f"Python {clean(target.python)} · Pyodide {clean(target.pyodide)}"
        f" · compatibility date {target.compatibility_date.isoformat()}" + (f" ({reason})" if reason else "")
    )


def describe_dependency(judgement: Judgement) -> str:
    """The name with its version; what was asked for where there is no version."""
    if judgement.version is not None:
        return f"{clean(judgement.name)} {clean(judgement.version)}"
    return clean(judgement.requirement or judgement.name)


def describe_chain(chain: tuple[str, ...]) -> str:
    """The chain with arrows: «openai → jiter»."""
    return " → ".join(map(clean, chain))


def describe_finding(finding: Finding) -> str:
    """What the finding says, with its code."""
    return f"{clean(finding.message)} ({finding.rule.code})"


def describe_size(size_bytes: int) -> str:
    """The size in the unit that fits, for example «1.2 MiB»."""
    if size_bytes < 1024:
        return f"{size_bytes} B"
    if size_bytes < 1024 * 1024:
        return f"{size_bytes / 1024:.0f} KiB"
    return f"{size_bytes / (1024 * 1024):.1f} MiB"


def describe_bundle(bundle: Bundle, *, brief: bool = False) -> str:
    """What the packages add to the Worker, against the limit; unless brief, with the largest of them."""
    least = "at least " if bundle.unsized else ""
    if brief:
        return f"Bundle: {least}{describe_size(bundle.uncompressed_bytes)} of {describe_size(bundle.limit_bytes)}"
    largest = ", ".join(f"{clean(name)} {describe_size(size_bytes)}" for name, size_bytes in bundle.largest)
    unsized = f"; no size is known of {', '.join(map(clean, bundle.unsized))}" if bundle.unsized else ""
    return (
        f"Bundle: {least}{describe_size(bundle.uncompressed_bytes)} of {describe_size(bundle.limit_bytes)} uncompressed"
        f" (largest: {largest}{unsized})"
    )


def counted(number: int, one: str, many: str) -> str:
    """The number with the word in its right form."""
    return f"{number} {one if number == 1 else many}"
