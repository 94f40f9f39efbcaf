"""Failures and uses in words, as findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.inspect.code.deferred import Use
from scanner.inspect.code.failure import Cause, Failure, Hop
from scanner.inspect.code.hazards import HAZARDS, startup_rule
from scanner.inspect.code.importer import Note
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
"""Outcomes that the title of CS302 tells already."""


def failure_rule(failure: Failure) -> Rule:
    """The rule that an import's failure falls under."""
    if failure.cause is Cause.FOREIGN:
        return Rule.CS104
    if failure.cause is Cause.HAZARD:
        rule = HAZARDS[failure.subject].rule
        return Rule.CS301 if rule in (Rule.CS302, Rule.CS307) else rule
    return Rule.CS301


def failure_finding(failure: Failure, level: Level, intro: str, remedy: str | None = None) -> Finding:
    """A failing import as a finding: the chain in the message, and one piece of evidence a step."""
    chain = failure.chain if level is Level.BLOCKER else failure.chain[-1:]
    message = f"{intro}: {chain_text(chain)} ({failure_reason(failure)})"
    evidence = chain_evidence(failure.chain)
    return Finding(
        rule=failure_rule(failure), level=level, when=When.IMPORT, message=message, evidence=evidence, remedy=remedy
    )


def failure_reason(failure: Failure) -> str:  # noqa: PLR0911 (one case a cause)
    """Why it fails, as a clause."""
    module, _, name = failure.subject.rpartition(".")
    match failure.cause:
        case Cause.MISSING:
            return f"the target has no {failure.subject}"
        case Cause.REMOVED | Cause.EXCLUDED | Cause.STANDIN:
            return failure.detail
        case Cause.LACKING:
            return f"the target's {module} has no {name}"
        case Cause.RAISED:
            return "this line is reached on the target"
        case Cause.UNPARSABLE:
            return f"Python 3 refuses it: {failure.detail}"
        case Cause.HAZARD:
            return f"{failure.subject} {failure.detail}"
        case Cause.FOREIGN:
            return f"{failure.detail} is native code that the target does not load"
    return f"nothing in the closure provides {failure.subject}"


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


def uses_finding(rule: Rule, uses: Sequence[Use], wheel: str) -> Finding:
    """The places of one rule as one caution: the first of them and what happens there; all are in the evidence."""
    first = uses[0]
    count = len({(use.path, use.line) for use in uses}) - 1
    more = f" and {count} more {'place' if count == 1 else 'places'}" if count else ""
    outcome = "" if first.outcome in _PLAIN else f", which {first.outcome}"
    evidence = tuple(
        Evidence(fact=f"{use.name} {use.outcome}", origin=f"{wheel}: {use.path}:{use.line}", strength=Strength.PROVEN)
        for use in uses[:_MAX_EVIDENCE]
    )
    name = first.name.removeprefix("*.").replace("()", "")
    message = f"{_TITLES[rule]}: {name}{outcome} ({first.path}:{first.line}{more})"
    return Finding(rule=rule, level=Level.CAUTION, when=When.CALL, message=message, evidence=evidence)


def inherited_startup_finding(note: Note, culprit: str) -> Finding:
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


def note_finding(note: Note) -> Finding:
    """Something met at import time as a caution; an unreadable module leaves the verdict open."""
    match note.kind:
        case "unread":
            rule, when = Rule.CS505, None
            message = f"importing it runs a module that could not be read: {note.detail}"
        case "unprovided":
            rule, when = Rule.CS301, When.IMPORT
            message = f"importing it needs {note.subject}, which nothing in the closure provides"
        case _:
            rule = startup_rule(note.subject)
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
