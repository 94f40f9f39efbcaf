"""Regular expressions of the code that is followed, on known texts."""

from __future__ import annotations

from scanner.inspect.code.state.texts import REGEX_CALLS, Pattern, search
from scanner.inspect.code.state.values import UNKNOWN, Arguments, Standard


def compile_pattern(arguments: Arguments) -> object:
    """What ``re.compile`` returns."""
    text, flags = arguments.get(0), arguments.get(1, "flags", 0)
    ignores_case = isinstance(flags, Standard) and flags.dotted in ("re.I", "re.IGNORECASE")
    if not isinstance(text, str) or not (flags == 0 or ignores_case):
        return Standard("re.Pattern()", is_true=True)
    return Pattern(text, ignores_case=ignores_case)


def match_pattern(pattern: object, name: str, arguments: Arguments) -> object:
    """What a method of a compiled regular expression returns; of a match only its existence is known."""
    subject = arguments.get(0, "string")
    if name not in REGEX_CALLS or not isinstance(pattern, Pattern) or not isinstance(subject, str):
        return UNKNOWN
    found = search(pattern, name, subject)
    return UNKNOWN if found is None else Standard("re.Match()", is_true=True) if found else None
