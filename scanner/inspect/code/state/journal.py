"""What was written in doubt, how it is undone and merged, and the ways in which a block may end."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field

from scanner.inspect.code.state.values import ABSENT, UNKNOWN, Container, List, is_known, is_plain


@dataclass(slots=True)
class Journal:
    """What was written since it was opened, with the values before."""

    written: dict[tuple[int, object], tuple[MutableMapping[object, object], object]] = field(default_factory=dict)
    touched: dict[int, tuple[Container, object, bool]] = field(default_factory=dict)

    def undo(self) -> Changes:
        """Restore what was there before; what had been written comes back."""
        after: Changes = {}
        for (_, key), (mapping, old) in reversed(self.written.items()):
            after[id(mapping), key] = (mapping, mapping.get(key, ABSENT))
            restore(mapping, key, old)
        for container, content, was_open in self.touched.values():
            after[id(container), CONTENT] = (container, (copy_content(container), container.is_open))
            fill(container, content, is_open=was_open)
        return after


Changes = dict[tuple[int, object], tuple[object, object]]
CONTENT = object()
"""Stands for all that a container holds, where a key would stand."""


class Exit:
    """How a block ends other than at its end."""

    def __init__(self, kind: str, value: object = None) -> None:
        self.kind = kind
        self.value = value


NORMAL = Exit("normal")
Outcomes = tuple[Exit, ...]
"""The ways in which a block may end; one, where nothing is unknown."""


def join(values: Sequence[object]) -> object:
    """The value that all paths agree on."""
    first = values[0]
    return first if all(_is_same(first, other) for other in values[1:]) else UNKNOWN


def join_outcomes(ends: Iterator[Exit]) -> Outcomes:
    """Each kind of outcome once, with what its values agree on."""
    kinds: dict[str, Exit] = {}
    for end in ends:
        known = kinds.get(end.kind)
        kinds[end.kind] = end if known is None or end is NORMAL else Exit(end.kind, join((known.value, end.value)))
    return tuple(kinds.values())


def _is_same(one: object, other: object) -> bool:
    if one is other:
        return True
    return type(one) is type(other) and (is_plain(one) or isinstance(one, List)) and is_known(one) and one == other


def restore(mapping: MutableMapping[object, object], key: object, value: object) -> None:
    """Bind a key to a value, or remove it where the value is ABSENT."""
    if value is ABSENT:
        mapping.pop(key, None)
    else:
        mapping[key] = value


def copy_content(container: Container) -> object:
    """What a container holds, apart from it."""
    if isinstance(container, List):
        return list(container)
    return dict(container)


def fill(container: Container, content: object, *, is_open: bool) -> None:
    """Replace what a container holds."""
    container.clear()
    if isinstance(container, List):
        container.extend(content)  # type: ignore[arg-type]
    else:
        container.update(content)  # type: ignore[call-overload]
    container.is_open = is_open
