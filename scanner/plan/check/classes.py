"""The Durable Object class of each container: bound, exported, declared once, with SQLite."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scanner.model.finding import Problem
from scanner.model.rule import Rule
from scanner.plan.check.scope import CheckInput, Entry, Scope, TextFile, tables_of, texts_of

_EXPORTS = re.compile(r"\bctx\s*\.\s*exports\b")


def find_class_faults(given: CheckInput, scope: Scope) -> Iterator[Problem]:
    """Faults that prevent a class from being reached or created."""
    exports, migrations = scope.get("exports"), scope.get("migrations")
    has_objects = isinstance(exports, dict) and any(map(_is_object, exports.values()))
    if has_objects and migrations:
        text = "`exports` and `migrations` exclude each other for Durable Objects: keep `exports`"
        yield given.problem(Rule.CS708, scope.place("migrations"), text)
    for entry in scope.entries:
        name = _class_name(entry, exports)
        if name is not None:
            yield from _binding_faults(given, scope, entry, name)
            yield from _declaration_faults(given, scope, entry, name)
        elif entry.values.get("name") is None:
            text = "the entry has no `class_name`, so no Durable Object controls the container"
            yield given.problem(Rule.CS707, entry.path, text)


def _class_name(entry: Entry, exports: object) -> str | None:
    """The class named by the entry, or by an export that names the entry."""
    name = entry.text("class_name")
    if name is not None or not isinstance(exports, dict):
        return name
    linked = entry.text("name")
    found = (key for key, value in exports.items() if isinstance(value, dict) and value.get("container") == linked)
    return next(found, None) if linked else None


def _binding_faults(given: CheckInput, scope: Scope, entry: Entry, name: str) -> Iterator[Problem]:
    if any(binding.get("class_name") == name for binding in _bindings(scope)):
        return
    if any(_EXPORTS.search(source.text) for source in given.sources):
        return
    place = "`durable_objects.bindings`"
    if scope.prefix:
        place += f" of the environment `{scope.prefix[-1]}`, which does not inherit bindings from the top level"
    text = f"`{name}` has no binding under {place}, and the code does not use `ctx.exports`"
    yield given.problem(Rule.CS706, (*entry.path, "class_name"), text)


def _bindings(scope: Scope) -> tuple[Mapping[str, object], ...]:
    objects = scope.get("durable_objects")
    return tables_of(objects.get("bindings")) if isinstance(objects, dict) else ()


def _declaration_faults(given: CheckInput, scope: Scope, entry: Entry, name: str) -> Iterator[Problem]:
    exports, migrations = scope.get("exports"), tables_of(scope.get("migrations"))
    place = (*entry.path, "class_name")
    export = exports.get(name) if isinstance(exports, dict) else None
    old = [number for number, step in enumerate(migrations) if name in texts_of(step.get("new_classes"))]
    created = any(name in texts_of(step.get("new_sqlite_classes")) for step in migrations)
    if isinstance(export, dict) and _is_object(export):
        if export.get("storage", "sqlite") != "sqlite":
            text = f"`{name}` requires the storage `sqlite`"
            yield given.problem(Rule.CS709, scope.place("exports", name, "storage"), text)
    elif old and not created:
        text = f"`{name}` is in `new_classes`; a container requires `new_sqlite_classes`"
        yield given.problem(Rule.CS709, scope.place("migrations", old[0], "new_classes"), text)
    elif not created and not _is_renamed(name, migrations):
        text = f"`{name}` is in neither `exports` nor `migrations`, so its Durable Object is not created"
        yield given.problem(Rule.CS707, place, text)
    if not _lives_elsewhere(name, scope) and not _is_exported(name, given):
        yield given.problem(Rule.CS707, place, f"the Worker's main module does not export a class `{name}`")


def _is_object(export: object) -> bool:
    return isinstance(export, dict) and export.get("type") == "durable-object"


def _is_renamed(name: str, migrations: tuple[Mapping[str, object], ...]) -> bool:
    """Whether a rename or a transfer from another Worker provides the class."""
    steps = (
        move
        for step in migrations
        for key in ("renamed_classes", "transferred_classes")
        for move in tables_of(step.get(key))
    )
    return any(move.get("to") == name for move in steps)


def _lives_elsewhere(name: str, scope: Scope) -> bool:
    """Whether a binding refers to a class of another Worker."""
    return any(binding.get("class_name") == name and binding.get("script_name") for binding in _bindings(scope))


def _is_exported(name: str, given: CheckInput) -> bool:
    """Whether a main module exports the class, by its text; without a main module this is unknown."""
    mains = [source for source in given.sources if source.is_main]
    return not mains or any(_exports(name, source) for source in mains)


def _exports(name: str, source: TextFile) -> bool:
    word = re.escape(name)
    forms = (
        (rf"^[^#\n]*\b{word}\b",)
        if source.path.endswith(".py")
        else (
            rf"\bexport\s+(?:abstract\s+)?(?:class|const|let|var)\s+{word}\b",
            rf"\bexport\s*\{{[^}}]*\b{word}\s*[,}}]",
            r"\bexport\s*\*\s*from\b",
        )
    )
    return any(re.search(form, source.text, re.MULTILINE) for form in forms)
