"""The Worker's code against its configuration: the number of instances for requests, and autoscaling."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scanner.model.dependency import Location
from scanner.model.finding import Problem
from scanner.model.rule import Rule
from scanner.plan.check.entries import read_number
from scanner.plan.check.scope import CheckInput, Entry, Scope, TextFile, tables_of
from scanner.runtime.tables import load_containers

_GET_RANDOM = re.compile(
    r"\b(?:getRandom|loadBalance)\s*(?:<[\w\s.,]{1,200}>\s*)?\(\s*(?P<binding>[\w.?!\[\]\"' ]{1,200}?)\s*"
    r"(?:,\s*(?P<number>[\w.]{1,100})\s*)?,?\s*\)"
)
_CONSTANT = re.compile(r"\b(?:const|let|var)\s+(?P<name>\w{1,100})\s*(?::\s*number\s*)?=\s*(?P<number>\d{1,9})\b")
_AUTOSCALE = re.compile(r"\bautoscale\s*[:=]")
_LAST_NAME = re.compile(r"(\w+)\W*$")
_TEXT_OR_COMMENT = re.compile(
    r"//[^\n]*|/\*.*?(?:\*/|\Z)|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`", re.DOTALL
)


def find_code_faults(given: CheckInput, scope: Scope) -> Iterator[Problem]:
    """Different numbers of instances, and uses of nonexistent autoscaling."""
    if "autoscale" in scope.values:
        yield given.problem(Rule.CS710, (*scope.prefix, "autoscale"), "`autoscale` does not exist")
    for entry in scope.entries:
        if "autoscale" in entry.values:
            yield given.problem(Rule.CS710, (*entry.path, "autoscale"), "`autoscale` does not exist")
    for source in given.sources:
        if scope.entries:
            for match in _AUTOSCALE.finditer(source.text):
                yield _problem(
                    Rule.CS710, source, match.start(), "`autoscale` does not exist in @cloudflare/containers"
                )
            yield from _disagreements(scope, source)


def blank_code_comments(text: str) -> str:
    """TypeScript or JavaScript with its comments replaced by spaces; lines and columns are unchanged."""

    def blank(match: re.Match[str]) -> str:
        found = match.group()
        return re.sub(r"[^\n]", " ", found) if found.startswith("/") else found

    return _TEXT_OR_COMMENT.sub(blank, text)


def _disagreements(scope: Scope, source: TextFile) -> Iterator[Problem]:
    table = load_containers()
    constants = {match["name"]: int(match["number"]) for match in _CONSTANT.finditer(source.text)}
    for match in _GET_RANDOM.finditer(source.text):
        entry = _entry_of(match["binding"], scope)
        spread, how = _read_spread(match["number"], constants)
        if entry is None or spread is None:
            continue
        most = read_number(entry.values.get("max_instances", table.max_instances_default))
        if most is not None and spread != most:
            note = "" if "max_instances" in entry.values else " by default"
            text = f"getRandom spreads requests over {spread} instances{how}, and max_instances is {most:.0f}{note}"
            yield _problem(Rule.CS705, source, match.start(), text)


def _read_spread(number: str | None, constants: Mapping[str, int]) -> tuple[int | None, str]:
    """The number of instances for requests, None if it is computed elsewhere; and its origin in words."""
    if number is None:
        return load_containers().get_random_default, " by default"
    return (int(number) if number.isdigit() else constants.get(number)), ""


def _entry_of(binding: str, scope: Scope) -> Entry | None:
    """The container of a binding; the only container if the name of the binding is unknown."""
    name = _LAST_NAME.search(binding)
    objects = scope.get("durable_objects")
    rows: tuple[Mapping[str, object], ...] = tables_of(objects.get("bindings")) if isinstance(objects, dict) else ()
    classes = {row.get("name"): row.get("class_name") for row in rows if isinstance(row.get("name"), str)}
    found = classes.get(name[1]) if name else None
    if found is None:
        return scope.entries[0] if len(scope.entries) == 1 else None
    return next((entry for entry in scope.entries if entry.values.get("class_name") == found), None)


def _problem(rule: Rule, source: TextFile, offset: int, message: str) -> Problem:
    line = source.text.count("\n", 0, offset) + 1
    column = offset - source.text.rfind("\n", 0, offset)
    return Problem(rule=rule, message=message, location=Location(path=source.path, line=line, column=column))
