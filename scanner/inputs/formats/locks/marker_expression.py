"""Environment markers (PEP 508) as expressions that can be decided in part.

packaging's ``Marker`` evaluates only against a complete environment. A lock file's markers mix the environment, which
only the target defines, with extras and groups, which the lock itself names: those are decided here, the rest is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from packaging.markers import Marker

_TOKEN = re.compile(r"""\s*(\(|\)|"[^"]*"|'[^']*'|[<>=!~]+|not\s+in\b|[^\s()"'<>=!~]+)""")
_QUOTES = "\"'"


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison with its text as in the marker; ``variable`` and ``value`` may be written in either order."""

    variable: str
    operator: str
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Junction:
    """Two or more expressions joined by one operator; never directly nested in one with the same operator."""

    word: Literal["and", "or"]
    terms: tuple[Undecided, ...]


Undecided = Condition | Junction
Expression = bool | Undecided


def parse_expression(marker: Marker) -> Expression:
    """The expression of a marker.

    Raises:
        RecursionError: it is nested too deeply.
    """
    return _Parser(_TOKEN.findall(str(marker))).alternatives()


def decide(expression: Expression, verdict: Callable[[Condition], bool | None]) -> Expression:
    """The expression with each condition replaced by its verdict if it has one, and simplified."""
    if isinstance(expression, Condition):
        answer = verdict(expression)
        return expression if answer is None else answer
    if isinstance(expression, Junction):
        return join(expression.word, (decide(term, verdict) for term in expression.terms))
    return expression


def join(word: Literal["and", "or"], terms: Iterable[Expression]) -> Expression:
    """All terms joined by one operator, without neutral and repeated ones."""
    absorbing = word == "or"
    kept: dict[Undecided, None] = {}
    for term in terms:
        if isinstance(term, bool):
            if term is absorbing:
                return absorbing
        elif isinstance(term, Junction) and term.word == word:
            kept.update(dict.fromkeys(term.terms))
        else:
            kept[term] = None
    if not kept:
        return not absorbing
    return next(iter(kept)) if len(kept) == 1 else Junction(word, tuple(kept))


def find_conditions(expression: Expression) -> Iterator[Condition]:
    """Every condition, from left to right."""
    if isinstance(expression, Condition):
        yield expression
    elif isinstance(expression, Junction):
        for term in expression.terms:
            yield from find_conditions(term)


def write_expression(expression: Undecided) -> str:
    """The expression as a marker's text."""
    if isinstance(expression, Condition):
        return expression.text
    parts = []
    for term in expression.terms:
        text = write_expression(term)
        parts.append(f"({text})" if isinstance(term, Junction) and expression.word == "and" else text)
    return f" {expression.word} ".join(parts)


class _Parser:
    """Parser of the tokens of a marker that packaging has accepted."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def alternatives(self) -> Expression:
        terms = [self._conjunction()]
        while self._accept("or"):
            terms.append(self._conjunction())
        return join("or", terms)

    def _conjunction(self) -> Expression:
        terms = [self._term()]
        while self._accept("and"):
            terms.append(self._term())
        return join("and", terms)

    def _term(self) -> Expression:
        if self._accept("("):
            inner = self.alternatives()
            self._accept(")")
            return inner
        left, operator, right = self._tokens[self._at : self._at + 3]
        self._at += 3
        operator = " ".join(operator.split())
        variable, value = (right, left) if left[0] in _QUOTES else (left, right)
        value = value[1:-1] if value[0] in _QUOTES else value
        return Condition(variable, operator, value, f"{left} {operator} {right}")

    def _accept(self, token: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == token:
            self._at += 1
            return True
        return False
