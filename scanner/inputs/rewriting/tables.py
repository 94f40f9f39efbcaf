"""Splices for declarations in TOML: arrays of requirements, and the tables of Poetry and Pipenv."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from packaging.utils import canonicalize_name

from scanner.inputs.formats.structure.positions import KeyPath
from scanner.inputs.formats.structure.toml_positions import find_pair
from scanner.inputs.rewriting.draft import Splice
from scanner.inputs.rewriting.requirement_text import read_specifier, refuse, replace_requirement
from scanner.inputs.rewriting.toml_text import (
    TomlText,
    add_element,
    add_pair,
    quoted_content,
    remove_item,
    remove_lines,
)
from scanner.model.dependency import Dependency

_DEPENDENCIES = ("project", "dependencies")
_GROUPS = "dependency-groups"
_DOTTED = "it is written with dotted keys"


def edit_toml_declaration(toml: TomlText, old: Dependency, new: Dependency | None) -> list[Splice]:
    """The splices for the declaration at its location; without a new requirement it is removed.

    Raises:
        EditError: it does not stand there, or has a form that cannot express the new requirement.
    """
    path = toml.positions.find_path(old.location.line, old.location.column)
    value = toml.value(path)
    if path and isinstance(path[-1], int) and isinstance(value, str):
        return [_edit_element(toml, path, old, new)]
    names = [canonicalize_name(part.partition("[")[0]) for part in path if isinstance(part, str)]
    if old.name not in names:
        raise refuse(old, "its name is not the key at the place of the declaration")
    if names[-1] != old.name:
        raise refuse(old, _DOTTED)
    if new is None and isinstance(value, str | dict | list):
        return [_remove_pair(toml, path, old)]
    if isinstance(value, str):
        return list(_edit_pair(toml, path, old, new))
    if isinstance(value, dict):
        return list(_edit_table(toml, path, value, old, new))
    raise refuse(old, "one key declares several constraints")


def find_moved(toml: TomlText, old: Dependency) -> str:
    """The string, with its quotes, of a requirement in [project] dependencies.

    Raises:
        EditError: the declaration is not one of those.
    """
    path = toml.positions.find_path(old.location.line, old.location.column)
    span = toml.span(path) if path[:-1] == _DEPENDENCIES else None
    if span is None:
        raise refuse(old, "only requirements in [project] dependencies move into a dependency group")
    return toml.text[slice(*span)]


def add_to_group(toml: TomlText, old: Dependency, group: str, element: str) -> Splice:
    """The splice that adds a requirement to a dependency group, which is created if there is none.

    Raises:
        EditError: the groups are written in a form that cannot be extended.
    """
    groups = toml.value((_GROUPS,))
    names = groups if isinstance(groups, dict) else {}
    key = next((name for name in names if canonicalize_name(name) == canonicalize_name(group)), None)
    splice = add_element(toml, (_GROUPS, key), element) if key is not None else None
    line = f"{group} = [{element}]{toml.newline}"
    if key is None and not names and groups is None:
        end = len(toml.text)
        gap = toml.newline if toml.text.endswith("\n") else toml.newline * 2
        splice = Splice(end, end, f"{gap}[{_GROUPS}]{toml.newline}{line}")
    elif key is None and (start := toml.start((_GROUPS,))) is not None and toml.text[start] == "[":
        header_end = toml.text.find("\n", start) + 1
        splice = Splice(header_end, header_end, line) if header_end else None
    if splice is None:
        raise refuse(old, f"[{_GROUPS}] is written in a form that cannot be extended")
    return splice


def _edit_element(toml: TomlText, path: KeyPath, old: Dependency, new: Dependency | None) -> Splice:
    span = toml.span(path)
    if span is None:
        raise refuse(old, "it does not stand at the place of the declaration")
    if new is not None:
        return replace_requirement(toml.text, *quoted_content(toml.text, *span), old, new)
    previous = _span_before(toml, path)
    return remove_item(toml, *span, previous[1] if previous else None, is_array=True)


def _span_before(toml: TomlText, path: KeyPath) -> tuple[int, int] | None:
    """Where the array element or the pair before one of them stands."""
    *parent, last = path
    if isinstance(last, int):
        return toml.span((*parent, last - 1)) if last else None
    table = toml.value(tuple(parent))
    keys = list(table) if isinstance(table, dict) else [last]
    number = keys.index(last)
    return toml.span((*parent, keys[number - 1])) if number else None


def _remove_pair(toml: TomlText, path: KeyPath, old: Dependency) -> Splice:
    """The splice for a key with its value, or for a table of its own below its header."""
    start, value = toml.start(path), toml.value(path)
    span = toml.span(path)
    if start is None or isinstance(value, list):
        raise refuse(old, "one key declares several constraints")
    if toml.text[start] == "[":
        return _remove_table(toml, path, start, old)
    if span is None or _is_dotted(toml, path, value):
        raise refuse(old, _DOTTED)
    if not toml.is_inline(path):
        return remove_lines(toml.text, start, span[1])
    previous = _span_before(toml, path)
    return remove_item(toml, start, span[1], previous[1] if previous else None, is_array=False)


def _remove_table(toml: TomlText, path: KeyPath, start: int, old: Dependency) -> Splice:
    value = toml.value(path)
    end = toml.text.find("]", start) + (2 if isinstance(path[-1], int) else 1)
    for key, part in value.items() if isinstance(value, dict) else ():
        span = toml.span((*path, key))
        if span is None or (isinstance(part, dict) and toml.text[span[0]] != "{"):
            raise refuse(old, "its table has tables of its own")
        end = max(end, span[1])
    return remove_lines(toml.text, start, end)


def _edit_pair(toml: TomlText, path: KeyPath, old: Dependency, new: Dependency | None) -> Iterator[Splice]:
    """``name = "constraint"``; extras make a table of it."""
    span, start = toml.span(path), toml.start(path)
    if span is None or start is None or new is None:
        raise refuse(old, "it does not stand at the place of the declaration")
    if new.name != old.name:
        yield _rename_key(toml, path, start, old, new)
    text = toml.text[slice(*span)]
    if new.specifier != old.specifier:
        begin, end = quoted_content(text, 0, len(text))
        text = text[:begin] + _constraint(new) + text[end:]
    if new.extras != old.extras:
        _check_key(path, old)
        text = f"{{version = {text}, extras = {_write_array(new.extras)}}}"
    if text != toml.text[slice(*span)]:
        yield Splice(*span, text)


def _edit_table(
    toml: TomlText, path: KeyPath, table: Mapping[str, object], old: Dependency, new: Dependency | None
) -> Iterator[Splice]:
    """``name = {version = "constraint", extras = […]}``, or the same below a header."""
    start = toml.start(path)
    if start is None or new is None or _is_dotted(toml, path, table):
        raise refuse(old, _DOTTED)
    if new.name != old.name:
        if toml.text[start] == "[":
            raise refuse(old, "the name in the header of its table cannot be replaced")
        yield _rename_key(toml, path, start, old, new)
    if new.specifier != old.specifier:
        version = toml.span((*path, "version"))
        content = quoted_content(toml.text, *version) if version else None
        yield _require(
            Splice(*content, _constraint(new)) if content else add_pair(toml, path, f'version = "{_constraint(new)}"'),
            old,
        )
    if new.extras != old.extras:
        _check_key(path, old)
        yield _edit_extras(toml, (*path, "extras"), old, new)


def _edit_extras(toml: TomlText, path: KeyPath, old: Dependency, new: Dependency) -> Splice:
    start, span = toml.start(path), toml.span(path)
    if start is None or span is None:
        return _require(add_pair(toml, path[:-1], f"extras = {_write_array(new.extras)}"), old)
    if new.extras:
        return Splice(*span, _write_array(new.extras))
    if not toml.is_inline(path):
        return remove_lines(toml.text, start, span[1])
    previous = _span_before(toml, path)
    return remove_item(toml, start, span[1], previous[1] if previous else None, is_array=False)


def _rename_key(toml: TomlText, path: KeyPath, start: int, old: Dependency, new: Dependency) -> Splice:
    _check_key(path, old)
    end = find_pair(toml.text, start)[0]
    quote = toml.text[start] if toml.text[start] in "\"'" else ""
    key = toml.text[start:end].strip(quote) if quote else toml.text[start:end]
    if key != path[-1]:
        raise refuse(old, _DOTTED)
    return Splice(start, end, f"{quote}{new.name}{quote}")


def _check_key(path: KeyPath, old: Dependency) -> None:
    if any(isinstance(part, str) and "[" in part for part in path[-1:]):
        raise refuse(old, "its extras are part of the key")


def _is_dotted(toml: TomlText, path: KeyPath, value: object) -> bool:
    """Whether a key below the path begins where the path does: ``name.version = "1.0"``."""
    keys = value if isinstance(value, dict) else ()
    return any(toml.start((*path, key)) == toml.start(path) for key in keys)


def _constraint(new: Dependency) -> str:
    return read_specifier(new) or "*"


def _write_array(extras: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{extra}"' for extra in extras) + "]"


def _require(splice: Splice | None, old: Dependency) -> Splice:
    if splice is None:
        raise refuse(old, "its table is written in a form that cannot be extended")
    return splice
