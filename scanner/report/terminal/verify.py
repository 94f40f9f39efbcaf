"""What `compat-scan verify` tells: the prediction beside what a real Pyodide did, as a table or as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from scanner.inspect.pyodide.outcome import Comparison, Happened, ModuleOutcome, Verification, VerifyReport
from scanner.model.report import Verdict
from scanner.report.context import ReportContext
from scanner.report.escape import clean, exact
from scanner.report.json_text import write_json
from scanner.report.terminal.typeset import Page, Span
from scanner.report.wording import counted

SCHEMA = "compat-scan/verify/1"

_MARKS: dict[Comparison, Span] = {
    Comparison.AGREES: ("= ", "green"),
    Comparison.DISAGREES: ("≠ ", "red"),
    Comparison.OPEN: ("? ", "magenta"),
}
_PREDICTED = {Verdict.WORKERS: "runs", Verdict.CONTAINER: "container", Verdict.UNKNOWN: "unknown"}
_HAPPENED = {
    Happened.IMPORTED: "imported",
    Happened.FAILED: "failed",
    Happened.NOT_INSTALLABLE: "nothing to install",
    Happened.NOT_VERIFIABLE: "not verifiable",
}
_PREDICTED_CELLS = 9

Json = dict[str, object]


def write_verify(told: VerifyReport, stream: TextIO, context: ReportContext, form: str) -> None:
    """Writes the report in one of the two forms, «terminal» or «json»."""
    if form == "json":
        write_json(_document(told, context), stream)
    else:
        _write_table(told, Page(stream, context), context)


def _write_table(told: VerifyReport, page: Page, context: ReportContext) -> None:
    phrases = ", ".join(_counts(told)) or "nothing to verify"
    page.paragraph((f"Verified in Pyodide {clean(told.pyodide)} under Node", "bold"), f": {phrases}")
    if context.quiet:
        return
    for note in told.notes:
        page.paragraph((clean(note), "dim"))
    if told.verifications:
        page.blank()
    width = max((len(_title(one)) for one in told.verifications), default=0)
    for one in told.verifications:
        title = _title(one).ljust(min(width, 40))
        reason = f": {clean(one.reason)}" if one.reason else ""
        predicted = f"  predicted {_PREDICTED[one.predicted].ljust(_PREDICTED_CELLS)}  "
        page.paragraph(
            (title, "bold"), predicted, _HAPPENED[one.happened], (reason, "dim"), lead=_MARKS[one.comparison]
        )
        if context.verbose:
            for outcome in one.modules:
                page.paragraph(*_module_spans(outcome), lead=("import ", "dim"), indent=4)


def _counts(told: VerifyReport) -> Iterator[str]:
    number = told.count(Comparison.AGREES)
    if number:
        yield counted(number, "prediction agrees", "predictions agree")
    number = told.count(Comparison.DISAGREES)
    if number:
        yield f"{number} disagree" + ("s" if number == 1 else "")
    number = told.count(Comparison.OPEN)
    if number:
        yield f"{number} left open"


def _title(one: Verification) -> str:
    return f"{clean(one.name)} {clean(one.version)}" if one.version else clean(one.name)


def _module_spans(outcome: ModuleOutcome) -> Iterator[Span]:
    yield clean(outcome.module)
    if not outcome.ok:
        yield f": {clean(outcome.error or '')}: {clean(outcome.message)}"
        if outcome.trace:
            yield (f" [{' → '.join(map(clean, outcome.trace))}]", "dim")


def _document(told: VerifyReport, context: ReportContext) -> Json:
    return {
        "schema": SCHEMA,
        "generator": {"name": "compat-scan", "version": exact(context.version)},
        "target": {"python": exact(told.python), "pyodide": exact(told.pyodide)},
        "summary": {str(comparison): told.count(comparison) for comparison in Comparison},
        "packages": [_package(one) for one in told.verifications],
        "notes": [exact(note) for note in told.notes],
    }


def _package(one: Verification) -> Json:
    return {
        "name": exact(one.name),
        "version": None if one.version is None else exact(one.version),
        "predicted": one.predicted.value,
        "happened": one.happened.value,
        "comparison": one.comparison.value,
        "reason": exact(one.reason) or None,
        "modules": [_module(outcome) for outcome in one.modules],
    }


def _module(outcome: ModuleOutcome) -> Json:
    return {
        "module": exact(outcome.module),
        "ok": outcome.ok,
        "error": None if outcome.error is None else exact(outcome.error),
        "message": exact(outcome.message) or None,
        "trace": [exact(frame) for frame in outcome.trace],
    }
