"""What is inside the file that would be installed? (CS104, CS301 to CS306; CS504 and CS505 where it cannot be told)"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.judge.rules.contents import find_native_code
from scanner.judge.rules.subject import Subject
from scanner.model.errors import IndexUnreachable
from scanner.model.finding import Evidence, Finding, Level, Strength
from scanner.model.rule import Rule


def find_inside(subject: Subject) -> Iterator[Finding]:
    """Native code where none should be, and what importing and using the package runs into."""
    if subject.inspect_failure is not None:
        yield _not_opened(subject)
    if subject.contents is not None and subject.wheel is not None:
        at_import = subject.imports.import_time_modules if subject.imports else None
        yield from find_native_code(subject.contents, subject.wheel, subject.target, import_time_modules=at_import)
    if subject.imports is not None:
        yield from subject.imports.findings


def _not_opened(subject: Subject) -> Finding:
    failure = subject.inspect_failure
    unreachable = isinstance(failure, IndexUnreachable)
    reason = getattr(failure, "reason", str(failure))
    origin = str(getattr(failure, "filename", None) or getattr(failure, "url", ""))
    return Finding(
        rule=Rule.CS504 if unreachable else Rule.CS505,
        level=Level.CAUTION,
        message=f"{subject.title} could not be opened: {reason}",
        evidence=(Evidence(fact=reason, origin=origin, strength=Strength.PROVEN),),
    )
