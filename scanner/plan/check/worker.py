"""The Worker itself: its flags and the keys of its configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from scanner.model.errors import SettingsError
from scanner.model.finding import Problem
from scanner.model.rule import Rule
from scanner.plan.check.entries import unknown_key_text
from scanner.plan.check.scope import CheckInput, Scope, texts_of
from scanner.runtime.tables import load_runtimes, load_wrangler_keys
from scanner.runtime.target import choose_target

_IMPLIES_PYTHON = "auto_inject_python_workers"


def find_worker_faults(given: CheckInput, scope: Scope) -> Iterator[Problem]:
    """Flags that are missing or ignored, and unknown keys."""
    flags = texts_of(scope.get("compatibility_flags"))
    base = load_runtimes().base_flag
    main = scope.get("main")
    is_own = not scope.prefix or "compatibility_flags" in scope.values or "main" in scope.values
    if isinstance(main, str) and main.endswith(".py") and is_own and not {base, _IMPLIES_PYTHON} & set(flags):
        place = scope.place("compatibility_flags" if scope.get("compatibility_flags") is not None else "main")
        yield given.problem(Rule.CS713, place, f"`{main}` is Python: `compatibility_flags` requires `{base}`")
    ignored = {runtime.disable_flag for runtime in load_runtimes().runtimes if runtime.disable_flag}
    is_other = isinstance(main, str) and not main.endswith(".py")
    for number, flag in enumerate(texts_of(scope.values.get("compatibility_flags"))):
        if flag in ignored and not is_other:
            text = f"pywrangler ignores `{flag}` and would install wheels for another Python than the one that runs"
            yield given.problem(Rule.CS714, (*scope.prefix, "compatibility_flags", number), text)
    if not scope.prefix and not is_other:
        yield from _find_other_runtime(given, scope)
    keys = load_wrangler_keys().keys
    for name in scope.values:
        if name not in keys and name != "autoscale":
            yield given.problem(Rule.CS715, (*scope.prefix, name), unknown_key_text(name, keys))


def _find_other_runtime(given: CheckInput, scope: Scope) -> Iterator[Problem]:
    """The fault that pywrangler and Wrangler read different configurations, which select different Pythons."""
    sibling = given.sibling
    if sibling is None or _selects_same_python(sibling.values, scope.values):
        return
    place = next((name for name in ("compatibility_date", "compatibility_flags") if name in scope.values), None)
    text = (
        f"Wrangler reads {sibling.deploys} and pywrangler {sibling.installs}, whose compatibility date and"
        " flags differ: it would install wheels for another Python than the one that runs"
    )
    yield given.problem(Rule.CS714, (place,) if place else (), text)


def _selects_same_python(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether two configurations select the same Python; those that select none must be equal."""
    if _selection(one) == _selection(other):
        return True
    python = _find_python(one)
    return python is not None and python == _find_python(other)


def _selection(values: Mapping[str, object]) -> tuple[str, frozenset[str]]:
    # TOML may hold the date as a date.
    return str(values.get("compatibility_date")), frozenset(texts_of(values.get("compatibility_flags")))


def _find_python(values: Mapping[str, object]) -> str | None:
    day, flags = _selection(values)
    try:
        return choose_target(date.fromisoformat(day), sorted(flags)).python
    except (ValueError, SettingsError):
        return None
