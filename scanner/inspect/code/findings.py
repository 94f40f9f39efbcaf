"""What the evaluation of a tree found, as findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from scanner.inspect.code.failure import Cause, Failure, Hop
from scanner.inspect.code.report import PackageReport, Problem
from scanner.inspect.code.state.machine import Note
from scanner.inspect.code.target import Runtime
from scanner.inspect.code.use import Use
from scanner.inspect.import_report import ImportReport, StartupStop
from scanner.model.finding import Cause as NamedCause
from scanner.model.finding import Evidence, Finding, Level, Strength, When
from scanner.model.rule import Rule

_SHOWN_HOPS = 6
_MAX_EVIDENCE = 100

_TITLES = {
    Rule.CS302: "some calls use what the target's standard library lacks",
    Rule.CS303: "some calls start processes",
    Rule.CS304: "some calls start threads",
    Rule.CS305: "some calls open sockets that the target does not have",
    Rule.CS306: "some calls load foreign libraries",
}

_IN_HANDLER = "import it inside the handler"

_PLAIN = frozenset({"is not there", "does not import"})
"""Outcomes that the title of CS302 states already."""


def make_report(
    report: PackageReport, filename: str, runtime: Runtime, distributions: Mapping[str, str]
) -> ImportReport:
    """The report on a package whose file has this name, its findings in the order of the rules.

    ``distributions`` has the names of the tree's packages by their files.
    """
    findings = [problem_finding(problem, runtime) for problem in report.problems]
    for note in report.notes:
        culprit = note.chain[-1].wheel if note.chain and note.kind == "forbidden" else filename
        is_own = culprit == filename
        findings.append(note_finding(note, runtime) if is_own else _inherited_startup(note, distributions[culprit]))
    findings += use_findings(report.uses, filename)
    if report.is_cut_short:
        findings.append(_incomplete(filename))
    findings.sort(key=lambda finding: (finding.level is not Level.BLOCKER, finding.rule.code))
    return ImportReport(
        findings=tuple(findings),
        inherited=tuple(_inherited(problem, runtime, distributions) for problem in report.inherited),
        import_time_modules=report.import_time_modules,
        startup=tuple(
            StartupStop(module=module, outcome=note_finding(note, runtime).message, is_certain=note.is_certain)
            for module, note in report.startup
        ),
    )


def _inherited(problem: Problem, runtime: Runtime, distributions: Mapping[str, str]) -> Finding:
    cause = NamedCause(name=distributions[problem.culprit], version=None)
    return replace(problem_finding(problem, runtime), cause=cause)


def problem_finding(problem: Problem, runtime: Runtime) -> Finding:
    """A failing import: the chain in the message, and one piece of evidence a step."""
    failure = problem.failure
    level = Level.BLOCKER if problem.kind == "import" else Level.CAUTION
    chain = failure.chain if level is Level.BLOCKER else failure.chain[-1:]
    message = f"{_intro(problem)}: {chain_text(chain)} ({failure_reason(failure)})"
    evidence = chain_evidence(failure.chain)
    rule = _rule_of(failure, runtime)
    return Finding(rule=rule, level=level, when=When.IMPORT, message=message, evidence=evidence)


def _intro(problem: Problem) -> str:
    names = problem.names
    match problem.kind:
        case "possible":
            return "importing it may fail, by a condition that is known only when it runs"
        case "script":
            scripts = f"console script {names[0]}" if len(names) == 1 else f"console scripts {', '.join(names[:5])}"
            return f"its {scripts} cannot start on the target"
    return f"importing {names[0]} fails on the target"


def _rule_of(failure: Failure, runtime: Runtime) -> Rule:
    if failure.cause is Cause.FOREIGN:
        return Rule.CS104
    if failure.cause is Cause.HAZARD:
        rule = runtime.behaviour.hazards[failure.subject].rule
        return Rule.CS301 if rule in (Rule.CS302, Rule.CS307) else rule
    return Rule.CS301


def failure_reason(failure: Failure) -> str:  # noqa: PLR0911 - one case a cause
    """Why it fails, as a clause."""
    module, _, name = failure.subject.rpartition(".")
    match failure.cause:
        case Cause.MISSING:
            return f"the target has no {failure.subject}"
        case Cause.REMOVED | Cause.EXCLUDED | Cause.STANDIN:
            return failure.detail
        case Cause.LACKING:
            return failure.detail or f"the target's {module} has no {name}"
        case Cause.RAISED:
            return "this line is reached on the target"
        case Cause.UNPARSABLE:
            return f"Python 3 refuses it: {failure.detail}"
        case Cause.HAZARD:
            return f"{failure.subject} {failure.detail}"
        case Cause.FOREIGN:
            return f"{failure.detail} is native code that the target does not load"
    return f"nothing in the tree provides {failure.subject}"


def chain_text(chain: Sequence[Hop]) -> str:
    """``pkg/a.py:12 → pkg/b.py:3 import fcntl``; long chains keep their ends."""
    places = [f"{hop.path}:{hop.line}" for hop in chain]
    if len(places) > _SHOWN_HOPS:
        places = [*places[:2], "…", *places[-(_SHOWN_HOPS - 2) :]]
    text = " → ".join(places)
    return f"{text} {chain[-1].text}" if chain else ""


def chain_evidence(chain: Iterable[Hop], strength: Strength = Strength.PROVEN) -> tuple[Evidence, ...]:
    """One piece of evidence for each step of a chain."""
    return tuple(
        Evidence(fact=hop.text, origin=f"{hop.wheel}: {hop.path}:{hop.line}", strength=strength) for hop in chain
    )


def _note_evidence(note: Note) -> tuple[Evidence, ...]:
    return chain_evidence(note.chain, Strength.PROVEN if note.is_certain else Strength.GUESSED)


def use_findings(uses: Sequence[Use], filename: str) -> Iterator[Finding]:
    """One caution a rule: the first place and what happens there; all are in the evidence."""
    for rule in sorted({use.rule for use in uses}, key=lambda rule: rule.code):
        yield _uses_finding(rule, [use for use in uses if use.rule is rule], filename)


def _uses_finding(rule: Rule, uses: Sequence[Use], filename: str) -> Finding:
    first = uses[0]
    count = len({(use.path, use.line) for use in uses}) - 1
    more = f" and {count} more {'place' if count == 1 else 'places'}" if count else ""
    outcome = "" if first.outcome in _PLAIN else f", which {first.outcome}"
    evidence = tuple(
        Evidence(
            fact=f"{use.name} {use.outcome}", origin=f"{filename}: {use.path}:{use.line}", strength=Strength.PROVEN
        )
        for use in uses[:_MAX_EVIDENCE]
    )
    name = first.name.removeprefix("*.").replace("()", "")
    message = f"{_TITLES[rule]}: {name}{outcome} ({first.path}:{first.line}{more})"
    return Finding(rule=rule, level=Level.CAUTION, when=When.CALL, message=message, evidence=evidence)


def note_finding(note: Note, runtime: Runtime) -> Finding:
    """Something met at import time as a caution; an unreadable module leaves the verdict open."""
    when: When | None = When.IMPORT
    match note.kind:
        case "unread":
            rule, when = Rule.CS505, None
            message = f"importing it runs a module that could not be read: {note.detail}"
        case "unprovided":
            rule = Rule.CS301
            message = f"importing it needs {note.subject}, which nothing in the tree provides"
        case _:
            rule = runtime.behaviour.hazards[note.subject].startup_rule
            when = When.STARTUP if rule is Rule.CS307 else When.IMPORT
            message = f"calls {_called(note)} at import time and {note.detail}"
    chain = f" ({chain_text(note.chain[-1:])})" if note.chain else ""
    return Finding(
        rule=rule,
        level=Level.CAUTION,
        when=when,
        message=message + chain,
        evidence=_note_evidence(note),
        remedy=_IN_HANDLER if when is When.STARTUP else None,
    )


def _inherited_startup(note: Note, culprit: str) -> Finding:
    """CS307 for a package that imports another one which does at import time what Workers do not allow there."""
    return Finding(
        rule=Rule.CS307,
        level=Level.CAUTION,
        when=When.STARTUP,
        message=f"imports {culprit} at import time, which calls {_called(note)} there and {note.detail}",
        cause=NamedCause(name=culprit, version=None),
        evidence=_note_evidence(note),
        remedy=_IN_HANDLER,
    )


def _called(note: Note) -> str:
    return f"{note.subject.replace('()', '')}()"


def _incomplete(filename: str) -> Finding:
    message = f"the imports of {filename} could not be followed to the end: there is too much code to follow"
    return Finding(rule=Rule.CS505, level=Level.CAUTION, message=message)
