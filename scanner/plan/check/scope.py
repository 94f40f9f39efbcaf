"""A Wrangler configuration for the checks: values with locations, for the top level and for each environment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from scanner.model.dependency import Location
from scanner.model.finding import Problem
from scanner.model.rule import Rule
from scanner.runtime.tables import load_wrangler_keys

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TextFile:
    """A file that the configuration refers to."""

    path: str
    """For messages."""
    text: str
    """Without comments for TypeScript and JavaScript; they are replaced by spaces."""
    is_main: bool = False
    """Whether a configuration names it as its main module."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SiblingConfig:
    """Two configurations in one folder, of which Wrangler reads one and pywrangler the other."""

    deploys: str
    """The file name of the one that Wrangler reads."""
    installs: str
    """The file name of the one that pywrangler reads."""
    values: Mapping[str, object]
    """The contents of the other one, which is not checked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckInput:
    """A parsed configuration with its files."""

    path: str
    values: Mapping[str, object]
    locate: Callable[[KeyPath], Location]
    """Returns the location of a key or an element."""
    sources: tuple[TextFile, ...] = ()
    """The Worker's main module and the modules in its folder and below."""
    images: Mapping[str, TextFile] = field(default_factory=dict)
    """The Dockerfiles, by the text of ``image`` that names them."""
    missing: frozenset[str] = frozenset()
    """Texts of ``image`` that look like paths of missing files."""
    sibling: SiblingConfig | None = None
    """The other configuration, if Wrangler and pywrangler read different ones."""

    def problem(self, rule: Rule, path: KeyPath, message: str) -> Problem:
        """A fault at a key or element."""
        return Problem(rule=rule, message=message, location=self.locate(path))


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry of ``containers``."""

    path: KeyPath
    values: Mapping[str, object]

    def text(self, name: str) -> str | None:
        """The value if it is a string."""
        value = self.values.get(name)
        return value if isinstance(value, str) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """The configuration of one environment."""

    prefix: KeyPath
    values: Mapping[str, object]
    top: Mapping[str, object]

    def get(self, name: str) -> object:
        """The value of a key; None if it is not set. Environments inherit some keys, but not bindings."""
        if name in load_wrangler_keys().not_inherited:
            return self.values.get(name)
        return self.values.get(name, self.top.get(name))

    def place(self, name: str, *rest: str | int) -> KeyPath:
        """The location of that value."""
        return (*(self.prefix if name in self.values else ()), name, *rest)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of its own ``containers`` that are objects: containers are not inherited."""
        listed = self.values.get("containers")
        if not isinstance(listed, list):
            return ()
        return tuple(
            Entry(path=(*self.prefix, "containers", number), values=value)
            for number, value in enumerate(listed)
            if isinstance(value, dict)
        )


def find_scopes(given: CheckInput) -> Iterator[Scope]:
    """The top level and each environment."""
    yield Scope(prefix=(), values=given.values, top=given.values)
    environments = given.values.get("env")
    for name, values in environments.items() if isinstance(environments, dict) else ():
        if isinstance(values, dict):
            yield Scope(prefix=("env", name), values=values, top=given.values)


def texts_of(value: object) -> tuple[str, ...]:
    """The strings of a list; empty for anything else."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def tables_of(value: object) -> tuple[Mapping[str, object], ...]:
    """The objects of a list; empty for anything else."""
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()
