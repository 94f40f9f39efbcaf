"""The importable files of one wheel and of a whole closure, as they would lie together in site-packages."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_SCHEMES = ("purelib", "platlib")
_NATIVE_SUFFIXES = (".so", ".pyd")
_TARGET_SUFFIXES = ("wasm32-emscripten.so", ".abi3.so")
_MIN_ROOT = 3
_ASIDE = frozenset(
    {
        "tests", "test", "testing", "docs", "doc", "examples", "example", "samples", "benchmarks", "benchmark",
        "scripts", "tools", "conftest", "setup", "noxfile", "tasks", "bin", "include", "share",
    }
)  # fmt: skip


class Kind(enum.Enum):
    """What stands behind a module's name."""

    SOURCE = "source"
    NATIVE = "native"
    """An extension module that the target loads."""
    FOREIGN = "foreign"
    """An extension module of another platform."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WheelCode:
    """The code of one wheel. ``read`` gives a member's bytes and may raise ``ArtifactError``.

    Where only the names of a wheel are known (the Pyodide release's own packages), ``members`` is empty and
    ``opaque_names`` says what it provides: such modules are there, and nothing more is known of them.
    """

    filename: str
    members: tuple[str, ...]
    """Paths as they stand in the archive; folders are ignored."""
    read: Callable[[str], bytes]
    distribution: str = ""
    """The distribution's name, which tells its main package from others that it brings along."""
    console_scripts: tuple[tuple[str, str], ...] = ()
    """Pairs of the script's name and its ``module:attribute``."""
    runs_native: bool = False
    """Whether its extension modules are built for the target (its tags are the target's)."""
    opaque_names: tuple[str, ...] = ()
    excluded_requirements: tuple[str, ...] = ()
    """The requirements of its metadata whose markers do not hold on the target, extras aside."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """Where one module comes from."""

    module: str
    path: str
    is_package: bool
    kind: Kind
    wheel: WheelCode


@dataclass(slots=True)
class Site:
    """All wheels of a closure by module; the first wheel that has a module wins."""

    modules: dict[str, SourceFile] = field(default_factory=dict)
    namespaces: set[str] = field(default_factory=set)
    """Packages without ``__init__``, and every parent of a module."""
    opaque: set[str] = field(default_factory=set)
    wheels: dict[str, WheelCode] = field(default_factory=dict)
    """By file name."""

    def find(self, module: str) -> SourceFile | None:
        """The file of a module; None for namespace packages, opaque modules and what is not there."""
        return self.modules.get(module)

    def is_opaque(self, module: str) -> bool:
        """Whether the module belongs to a wheel of which only names are known."""
        return module.partition(".")[0] in self.opaque


def build_site(wheels: Iterable[WheelCode]) -> Site:
    """The closure's modules."""
    site = Site()
    for wheel in wheels:
        site.wheels[wheel.filename] = wheel
        site.opaque.update(wheel.opaque_names)
        folders = {member.rpartition("/")[0] for member in wheel.members if "/" in member and ".d" not in member}
        site.namespaces.update(f.replace("/", ".") for f in folders if all(p.isidentifier() for p in f.split("/")))
        for file in find_modules(wheel):
            known = site.modules.get(file.module)
            if known is None or _rank(file) < _rank(known):
                site.modules[file.module] = file
            parent = file.module.rpartition(".")[0]
            while parent and parent not in site.namespaces:
                site.namespaces.add(parent)
                parent = parent.rpartition(".")[0]
    return site


def find_modules(wheel: WheelCode) -> Iterator[SourceFile]:
    """Every module of a wheel that an import statement can name."""
    for member in wheel.members:
        path = _installed_path(member)
        if path is None:
            continue
        stem, kind = _stem(path, wheel)
        if kind is None:
            continue
        parts = stem.split("/")
        is_package = parts[-1] == "__init__" and len(parts) > 1
        if is_package:
            parts = parts[:-1]
        if all(part.isidentifier() for part in parts):
            yield SourceFile(".".join(parts), member, is_package, kind, wheel)


def entry_modules(wheel: WheelCode) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The modules that importing the distribution means, and those that it brings along besides.

    Where a module is named like the distribution, it is the main one. Otherwise every public top-level module is.
    Below namespace packages the first regular packages count as top-level. Sorted; tests, docs and the like are left
    out where anything else is there.
    """
    files = {file.module: file for file in find_modules(wheel)}
    tops = sorted(_top_levels(files))
    tops = [name for name in tops if not _ASIDE.intersection(name.lower().split("."))] or tops
    wanted = _squeeze(wheel.distribution)
    main = [name for name in tops if _squeeze(name) == wanted]
    if not main:
        main = [name for name in tops if not name.startswith("_")] or tops
    return tuple(main), tuple(name for name in tops if name not in main)


def find_excluded_requirement(wheel: WheelCode, module: str) -> str | None:
    """The requirement, left out on the target, that seems to bring a module; told by its name alone."""
    root = _squeeze(module.partition(".")[0])
    for name in wheel.excluded_requirements:
        squeezed = _squeeze(name)
        if squeezed == root or (len(root) >= _MIN_ROOT and squeezed in (f"python{root}", f"py{root}", f"{root}python")):
            return name
    return None


def is_aside(module: str) -> bool:
    """Whether a module is part of tests, documentation, examples or the build, or is started as a program."""
    parts = module.split(".")
    last = parts[-1]
    return (
        bool(_ASIDE.intersection(part.lstrip("_") for part in parts[1:]))
        or parts[0] in ("tests", "test", "docs", "examples", "conftest", "setup")
        or last.startswith("test_")
        or last.endswith("_test")
        or last == "__main__"
    )


def _rank(file: SourceFile) -> int:
    """Python's own order for one name in one folder: a package, an extension by its suffix, a source file.

    A foreign extension whose suffix the target knows is tried, and fails, before a source file beside it is looked at.
    """
    if file.is_package:
        return 0
    if file.kind is Kind.SOURCE:
        return 2
    return 1 if _has_target_suffix(file.path.rpartition("/")[2]) else 3


def _top_levels(files: Mapping[str, SourceFile]) -> Iterator[str]:
    """Modules without a regular package above them; in a namespace package only its packages, if it has any."""
    for name in files:
        parents = name.split(".")[:-1]
        if not any(".".join(parents[:count]) in files for count in range(1, len(parents) + 1)):
            yield name


def _installed_path(member: str) -> str | None:
    """The path below site-packages; None for what is installed elsewhere."""
    head, _, rest = member.partition("/")
    if head.endswith(".data"):
        scheme, _, path = rest.partition("/")
        return path if scheme in _SCHEMES else None
    return None if head.endswith(".dist-info") else member


def _stem(path: str, wheel: WheelCode) -> tuple[str, Kind | None]:
    if path.endswith(".py"):
        return path[:-3], Kind.SOURCE
    if path.endswith(_NATIVE_SUFFIXES):
        folder, _, name = path.rpartition("/")
        stem = name.partition(".")[0]
        fits = wheel.runs_native and _has_target_suffix(name)
        return f"{folder}/{stem}" if folder else stem, Kind.NATIVE if fits else Kind.FOREIGN
    return path, None


def _has_target_suffix(name: str) -> bool:
    """Whether the target's import system looks for an extension module with such a name."""
    return name.endswith(_TARGET_SUFFIXES) or (name.endswith(".so") and name.count(".") == 1)


def _squeeze(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(".", "")
