"""What the project itself wants, by project: to ask for one costs the same however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from scanner.model.requirement import Want
from scanner.resolve.rules import Key


class OwnWants:
    """The wants of the project itself, in their order."""

    def __init__(self, wants: Iterable[Want]) -> None:
        self._all = tuple(wants)
        self._by_name: dict[NormalizedName, list[Want]] = {}
        self._by_key: dict[Key, list[Want]] = {}
        for want in self._all:
            self._by_name.setdefault(want.name, []).append(want)
            if want.url is None:
                self._by_key.setdefault((want.name, want.extra), []).append(want)

    def __iter__(self) -> Iterator[Want]:
        return iter(self._all)

    def on(self, name: NormalizedName) -> Sequence[Want]:
        """Those on one project."""
        return self._by_name.get(name, ())

    def beside(self, key: Key) -> Mapping[Key, Sequence[Want]]:
        """What is wanted of others, which holds whatever is chosen, beside one project (or extra of it)."""
        return _Beside(self._by_key, key)


class _Beside(Mapping[Key, Sequence[Want]]):
    """A view on the wants by key in which those on one project are replaced by that project, in any version."""

    def __init__(self, by_key: Mapping[Key, Sequence[Want]], key: Key) -> None:
        self._by_key, self._key = by_key, key
        self._itself = (Want(name=key[0], extra=key[1], specifier=SpecifierSet(), text=key[0]),)

    def __getitem__(self, key: Key) -> Sequence[Want]:
        if key == self._key:
            return self._itself
        if key[0] == self._key[0]:
            raise KeyError(key)
        return self._by_key[key]

    def __iter__(self) -> Iterator[Key]:
        yield self._key
        yield from (key for key in self._by_key if key[0] != self._key[0])

    def __len__(self) -> int:
        return sum(1 for _ in self)
