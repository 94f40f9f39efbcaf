"""The requirements of the project by package, with lookups in constant time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from scanner.model.requirement import Requirement
from scanner.resolve.graph import Key


class RootRequirements:
    """The requirements of the project itself, in their order."""

    def __init__(self, requirements: Iterable[Requirement] = ()) -> None:
        self._all = tuple(requirements)
        self._by_name: dict[NormalizedName, list[Requirement]] = {}
        self._by_key: dict[Key, list[Requirement]] = {}
        for requirement in self._all:
            self._by_name.setdefault(requirement.name, []).append(requirement)
            if requirement.url is None:
                self._by_key.setdefault((requirement.name, requirement.extra), []).append(requirement)

    def __iter__(self) -> Iterator[Requirement]:
        return iter(self._all)

    def on(self, name: NormalizedName) -> Sequence[Requirement]:
        """Those on one package."""
        return self._by_name.get(name, ())

    def beside(self, key: Key, decided: Mapping[Key, Sequence[Decided]] | None = None) -> Beside:
        """What is required of other packages beside one (or an extra of it), by the project and what is decided."""
        return Beside(key, self._by_key, decided or {})


@dataclass(frozen=True, slots=True)
class Decided:
    """A requirement of a version that is decided, which holds only as long as that is."""

    requirement: Requirement
    by: Key


@dataclass(frozen=True, slots=True)
class Beside:
    """What is required of others while the versions of one package vary, which itself is required in any version."""

    key: Key
    roots: Mapping[Key, Sequence[Requirement]]
    decided: Mapping[Key, Sequence[Decided]]
    used: set[Key] = field(default_factory=set)
    """The decided packages whose requirements were looked at: what was found holds only together with them."""

    def on(self, key: Key) -> list[Requirement]:
        """What is required of a package or an extra."""
        if key == self.key:
            return [Requirement(name=key[0], extra=key[1], specifier=SpecifierSet(), text=key[0])]
        if key[0] == self.key[0]:
            return []
        decided = self.decided.get(key, ())
        self.used.update(one.by for one in decided)
        return [*self.roots.get(key, ()), *(one.requirement for one in decided)]
