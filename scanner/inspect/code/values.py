"""The values that are followed besides plain Python ones, and what methods of known values give."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.inspect.code.runtime import Reference
from scanner.inspect.code.texts import REGEX_CALLS, STRING_METHODS, Pattern, call_string_method, search


class Unknown:
    """The type of ``UNKNOWN``, the value of whatever cannot be told."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()

METHODS = STRING_METHODS | REGEX_CALLS | {"get"}
"""The methods that ``call_method`` knows."""


@dataclass(frozen=True, slots=True)
class Table:
    """A dict of the scanned code, as pairs."""

    pairs: tuple[tuple[object, object], ...]

    def __bool__(self) -> bool:
        return bool(self.pairs)

    def __contains__(self, key: object) -> bool:
        return any(key == known for known, _ in self.pairs)

    def get(self, key: object, default: object) -> object:
        """The last value of a key."""
        return next((value for known, value in reversed(self.pairs) if key == known), default)


def call_method(owner: object, name: str, arguments: tuple[object, ...]) -> object:
    """What a method of a text, a regular expression or a dict gives, or ``UNKNOWN``."""
    if any(isinstance(argument, Unknown | Reference) for argument in arguments[:1]):
        return UNKNOWN
    match owner, name, arguments:
        case Table(), "get", (key, *default):
            return owner.get(key, default[0] if default else None)
        case Pattern(), _, (str() as text,) if name in REGEX_CALLS:
            return _found(search(owner, name, text))
        case str(), _, _ if name in STRING_METHODS:
            given = call_string_method(owner, name, arguments)
            return UNKNOWN if given is None else given
    return UNKNOWN


def call_regex(name: str, arguments: tuple[object, ...]) -> object:
    """What a function of ``re`` gives, or ``UNKNOWN``; a match counts as true, and nothing more is told of it."""
    match arguments:
        case (str() as text, *rest) if name == "compile":
            return _compile(text, rest)
        case (str() as text, str() as subject, *rest) if name in REGEX_CALLS:
            pattern = _compile(text, rest)
            return _found(search(pattern, name, subject)) if isinstance(pattern, Pattern) else UNKNOWN
    return UNKNOWN


def _compile(text: str, flags: list[object]) -> Pattern | Unknown:
    match flags:
        case []:
            return Pattern(text, ignores_case=False)
        case [Reference(dotted="re.I" | "re.IGNORECASE")]:
            return Pattern(text, ignores_case=True)
    return UNKNOWN


def _found(found: bool | None) -> object:  # noqa: FBT001 (an answer, no switch)
    """What the call gives: None where nothing matches."""
    if found is None:
        return UNKNOWN
    return True if found else None
