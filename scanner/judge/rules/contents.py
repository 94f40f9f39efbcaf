"""Does a wheel that installs on the target carry native code that cannot run there? (CS104)"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from packaging.tags import Tag

from scanner.model.artifact import Artifact
from scanner.model.contents import NativeKind, NativeMember, NativeRole, WheelContents
from scanner.model.finding import Evidence, Finding, Level, Strength, When
from scanner.model.rule import Rule
from scanner.model.target import Target

_SHOWN = 3
_EVIDENCE = 5

_LOADABLE_SUFFIXES = (".abi3.so", ".so")
"""What the target's import system looks for besides its own tag; a file of such a name shadows a ``.py`` beside it."""

_FALLBACK_NAMES = frozenset({
    "native", "fallback", "pure", "python", "pure_python", "purepython", "py", "pyimpl", "py_impl", "python_impl",
})  # fmt: skip
"""Names that packages give to the Python half of an optional extension, underscores left out."""


def find_native_code(
    contents: WheelContents,
    artifact: Artifact,
    target: Target,
    *,
    import_time_modules: frozenset[str] | None = None,
) -> Iterator[Finding]:
    """CS104: a blocker for what the import needs, cautions for what only some calls need, notes for what nobody runs.

    ``import_time_modules`` are the dotted names that importing the package imports without a guard; None where that
    was not looked into, and then names decide: an extension module without a Python half is taken as needed.
    """
    native = [member for member in contents.native if member.kind is not NativeKind.STATIC_LIBRARY]
    if _is_built_for(artifact.tags, target):
        yield from _find_mislabelled(contents, native)
    elif any(tag.platform == "any" for tag in artifact.tags):
        yield from _find_in_pure(contents, native, target, import_time_modules)


def _is_built_for(tags: Iterable[Tag], target: Target) -> bool:
    return any(tag in target.tags and tag.platform != "any" for tag in tags)


def _find_mislabelled(contents: WheelContents, native: Sequence[NativeMember]) -> Iterator[Finding]:
    """A wheel with the target's own tags must hold WebAssembly."""
    foreign = [member for member in native if member.kind in (NativeKind.ELF, NativeKind.PE, NativeKind.MACHO)]
    loaded = [member for member in foreign if member.role is not NativeRole.PROGRAM]
    if loaded:
        yield Finding(
            rule=Rule.CS104,
            level=Level.BLOCKER,
            when=When.IMPORT,
            message=f"{contents.filename} is tagged for WebAssembly but holds {_list(loaded)}",
            evidence=_evidence(contents, loaded),
            remedy="report the mislabelled wheel to its project, and run this in a container until it is replaced",
        )
    yield from _find_beside(contents, [member for member in foreign if member.role is NativeRole.PROGRAM])


def _find_in_pure(
    contents: WheelContents,
    native: Sequence[NativeMember],
    target: Target,
    import_time_modules: frozenset[str] | None,
) -> Iterator[Finding]:
    if native and not contents.python_modules:
        yield _nothing_else(contents, native)
        return
    siblings = _modules_by_package(contents.python_modules)
    is_vendored = len({member.kind for member in native} - {NativeKind.JAVA}) > 1
    needed: list[NativeMember] = []
    spared: dict[str, list[NativeMember]] = {}
    beside: list[NativeMember] = []
    for member in native:
        if not _is_importable(member, siblings):
            beside.append(member)
            continue
        reason = _why_spared(member, siblings, import_time_modules, target, is_vendored=is_vendored)
        (needed if reason is None else spared.setdefault(reason, [])).append(member)
    if needed:
        yield _needed(contents, needed, is_guess=import_time_modules is None)
    yield from _find_spared(contents, spared)
    yield from _find_beside(contents, beside)


def _is_importable(member: NativeMember, siblings: Mapping[str, AbstractSet[str]]) -> bool:
    """Whether an import statement can reach it: it has a module's name and lies at the top or in a package."""
    if member.module is None:
        return False
    package, _, _ = member.module.rpartition(".")
    parent, _, name = package.rpartition(".")
    return not package or package in siblings or name in siblings.get(parent, ())


def _why_spared(
    member: NativeMember,
    siblings: Mapping[str, AbstractSet[str]],
    import_time_modules: frozenset[str] | None,
    target: Target,
    *,
    is_vendored: bool,
) -> str | None:
    """Why the import does without an extension module; None where it does not."""
    module = member.module or ""
    if _is_for_target(member, target):
        return "it is WebAssembly with the target's own tag"
    if import_time_modules is not None:
        return None if module in import_time_modules else "importing the package does not need it"
    twin = _find_twin(member, siblings)
    if twin is not None:
        return f"{twin} does the same in Python"
    if is_vendored:
        return "the wheel carries files for several platforms, so it is made to run without this one"
    return None


def _is_for_target(member: NativeMember, target: Target) -> bool:
    name = member.path.rpartition("/")[2]
    major, _, rest = target.python.partition(".")
    tag = f".cpython-{major}{rest.partition('.')[0]}-wasm32-emscripten.so"
    return member.kind is NativeKind.WASM and (name.endswith((tag, ".abi3.so")) or name.count(".") == 1)


def _find_twin(member: NativeMember, siblings: Mapping[str, AbstractSet[str]]) -> str | None:
    """The Python file that does the same job where the extension module is missing; None where none is seen.

    A plain ``x.py`` beside ``_x.so`` is none: it is usually the half that imports the other.
    """
    package, _, leaf = (member.module or "").rpartition(".")
    name = member.path.rpartition("/")[2]
    base = leaf.strip("_")
    wanted = {f"{base}_{word}" for word in _FALLBACK_NAMES} | {f"{word}_{base}" for word in _FALLBACK_NAMES}
    wanted |= {f"py{base}", *_FALLBACK_NAMES}
    for other in sorted(siblings.get(package, ())):
        is_shadowed = name in (leaf + suffix for suffix in _LOADABLE_SUFFIXES)
        if other.strip("_") in wanted or (other == leaf and not is_shadowed):
            return "/".join([*package.split("."), f"{other}.py"]) if package else f"{other}.py"
    return None


def _modules_by_package(modules: Iterable[str]) -> dict[str, set[str]]:
    by_package: dict[str, set[str]] = {}
    for module in modules:
        package, _, name = module.rpartition(".")
        by_package.setdefault(package, set()).add(name)
    return by_package


def _nothing_else(contents: WheelContents, native: Sequence[NativeMember]) -> Finding:
    return Finding(
        rule=Rule.CS104,
        level=Level.BLOCKER,
        when=When.IMPORT,
        message=f"{contents.filename} is tagged for any platform but has no Python module, only {_list(native)}",
        evidence=_evidence(contents, native),
        remedy="run it in a container",
    )


def _needed(contents: WheelContents, members: Sequence[NativeMember], *, is_guess: bool) -> Finding:
    modules = ", ".join(str(member.module) for member in members[:_SHOWN])
    how = "no Python fallback found for" if is_guess else "importing the package imports"
    strength = Strength.GUESSED if is_guess else Strength.PROVEN
    return Finding(
        rule=Rule.CS104,
        level=Level.BLOCKER,
        when=When.IMPORT,
        message=f"{contents.filename} is tagged for any platform but needs {_list(members)}",
        evidence=(
            *_evidence(contents, members),
            Evidence(fact=f"{how} {modules}", origin=contents.filename, strength=strength),
        ),
        remedy="run it in a container, until there is a wheel for Pyodide",
    )


def _find_spared(contents: WheelContents, spared: Mapping[str, Sequence[NativeMember]]) -> Iterator[Finding]:
    """One caution for each reason, so that it can be told in full."""
    for reason, members in spared.items():
        yield Finding(
            rule=Rule.CS104,
            level=Level.CAUTION,
            when=When.CALL,
            message=f"carries {_list(members)}; {reason}",
            evidence=_evidence(contents, members),
            remedy="test what it does on Workers: the Python fallback may be slower or do less",
        )


def _find_beside(contents: WheelContents, members: Sequence[NativeMember]) -> Iterator[Finding]:
    """Native code that no import statement reaches: something starts it, or loads it by its path."""
    grouped: dict[str, list[NativeMember]] = {}
    for member in members:
        grouped.setdefault(_why_useless(member), []).append(member)
    for reason, group in grouped.items():
        is_launcher = all(member.kind is NativeKind.PE and member.role is NativeRole.PROGRAM for member in group)
        yield Finding(
            rule=Rule.CS104,
            level=Level.NOTE if is_launcher else Level.CAUTION,
            when=When.CALL,
            message=f"carries {_list(group)}; {'only Windows ever starts them' if is_launcher else reason}",
            evidence=(*_evidence(contents, group), _modules_evidence(contents)),
            remedy=None if is_launcher else "use only what works without them, or run it in a container",
        )


def _why_useless(member: NativeMember) -> str:
    if member.kind is NativeKind.JAVA:
        return "that needs a Java virtual machine, which Workers do not have"
    if member.kind is NativeKind.WASM:
        return "Python on Workers cannot start a WebAssembly module"
    if member.role is NativeRole.PROGRAM:
        return "no program can be started on Workers"
    return "no native library can be loaded on Workers"


def _list(members: Sequence[NativeMember]) -> str:
    """The first few in words, the others counted."""
    shown = ", ".join(f"{member.path} ({member.detail})" for member in members[:_SHOWN])
    more = len(members) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _modules_evidence(contents: WheelContents) -> Evidence:
    """What still stands beside the native code."""
    names = ", ".join(contents.top_level[:_SHOWN])
    return Evidence(
        fact=f"{len(contents.python_modules)} Python modules in the same wheel, in {names}",
        origin=contents.filename,
        strength=Strength.PROVEN,
    )


def _evidence(contents: WheelContents, members: Sequence[NativeMember]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(fact=f"{member.path} is a {member.detail}", origin=contents.filename, strength=Strength.PROVEN)
        for member in members[:_EVIDENCE]
    )
