"""The target of a compatibility date: the runtime, its wheel tags, its markers and its limits.

The selection follows workerd: runtimes are tried in the order of the table, and the first that is enabled wins.
A runtime is enabled if its own flag is set, or if the compatibility date has reached its enable date and its
``no_…`` flag is not set. The base runtime is always enabled.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.version import Version

from scanner.model.artifact import Artifact, ArtifactKind
from scanner.model.errors import SettingsError
from scanner.model.target import Limits, Target
from scanner.runtime import tables

_RUNTIME_FLAG = re.compile(r"(?:no_)?python_workers_[0-9]+")


def choose_target(
    compatibility_date: date | None = None, flags: Collection[str] = (), *, origin: str = "the command line"
) -> Target:
    """The target for a compatibility date and flags; without a date the newest runtime in the tables.

    ``origin`` is the source of date and flags and is part of ``Target.reason``.

    Raises:
        SettingsError: a flag and its opposite are both set, which workerd rejects too.
    """
    table = tables.load_runtimes()
    _refuse_contradictions(flags, table)
    day = compatibility_date or table.date
    runtime, why = _select(table, day, frozenset(flags))
    where = (
        f"compatibility date {day} from {origin}" if compatibility_date else f"no compatibility date given, so {day}"
    )
    return build_target(runtime, day, reason=f"{where}: {why}", notes=_notes(table, runtime, flags, origin))


def build_target(runtime: tables.Runtime, day: date, *, reason: str, notes: tuple[str, ...] = ()) -> Target:
    """The target of one row of the runtimes table."""
    platform = tables.load_platform()
    return Target(
        compatibility_date=day,
        python=runtime.python_full_version,
        pyodide=runtime.package_pyodide,
        runtime_pyodide=runtime.runtime_pyodide,
        reason=reason,
        tags=wheel_tags(runtime.python, runtime.platform_tags),
        markers=tables.load_marker_environment(runtime.python),
        sockets=runtime.sockets,
        limits=Limits(bundle_bytes=platform.bundle_bytes, memory_bytes=platform.memory_bytes),
        notes=notes,
    )


def find_unknown_flags(flags: Iterable[str]) -> tuple[str, ...]:
    """The unknown flags that look like runtime flags, sorted (CS603)."""
    table = tables.load_runtimes()
    known = table.other_flags.union(*({row.flag, row.disable_flag} for row in table.runtimes))
    return tuple(sorted({flag for flag in flags if _RUNTIME_FLAG.fullmatch(flag)} - known))


def find_install_row(version: Version | None, day: date, flags: Collection[str]) -> tables.InstallRow | None:
    """The runtime that pywrangler of this workers-py installs packages for; None if it selects none.

    For a release that is not in the history, the nearest one is used; for None the newest.
    """
    history = tables.load_workers_py()
    for row in history.releases[history.find_nearest(version)]:
        if row.experimental and "experimental" not in flags:
            continue
        if row.flag in flags or (row.enable_date and day >= row.enable_date):
            return row
    return None


def wheel_tags(python: str, platforms: tuple[str, ...]) -> Mapping[Tag, int]:
    """Every wheel tag that the runtime supports, with its rank (0 the most preferred).

    The interpreter and ABI parts are ordinary CPython's, abi3 included; the platforms are the two names of one
    Emscripten ABI (PEP 783 and its forerunner), both of which uv, pywrangler's installer, supports.
    """
    major, minor = (int(part) for part in python.split("."))
    version = (major, minor)
    interpreter = f"cp{major}{minor}"
    ranked = [
        *cpython_tags(version, abis=[interpreter], platforms=platforms),
        *compatible_tags(version, interpreter=interpreter, platforms=platforms),
    ]
    ranks: dict[Tag, int] = {}
    for tag in ranked:
        ranks.setdefault(tag, len(ranks))
    return ranks


def rank_artifact(artifact: Artifact, target: Target) -> int | None:
    """The rank of a wheel's tags on the target, 0 the best; None if they are incompatible or it is not a wheel."""
    if artifact.kind is not ArtifactKind.WHEEL:
        return None
    ranks = [target.tags[tag] for tag in artifact.tags if tag in target.tags]
    return min(ranks, default=None)


def takes_python(requires_python: str | None, target: Target) -> bool:
    """Whether a Requires-Python admits the target by its lower bound; uv ignores the upper one.

    A value that does not parse is ignored, as installers do.
    """
    return not requires_python or _admits(requires_python, target.python, by_lower_bound=True)


def excludes_newer_python(requires_python: str | None, target: Target) -> bool:
    """Whether a Requires-Python admits the target by its lower bound only: an upper bound excludes it."""
    return bool(requires_python) and not _admits(requires_python or "", target.python, by_lower_bound=False)


@lru_cache(maxsize=4096)
def _admits(requires_python: str, python: str, *, by_lower_bound: bool) -> bool:
    try:
        specifier = SpecifierSet(requires_python)
    except InvalidSpecifier:
        return True
    if by_lower_bound:
        specifier = SpecifierSet(",".join(filter(None, map(_lower_bound, specifier))))
    return specifier.contains(Version(python), prereleases=True)


def _lower_bound(clause: Specifier) -> str | None:
    """The clause as a lower bound; None if it has none."""
    if clause.operator in (">=", ">"):
        return str(clause)
    if clause.operator in ("==", "~="):
        return f">={clause.version.removesuffix('.*')}"
    return None


def _select(table: tables.RuntimeTable, day: date, flags: frozenset[str]) -> tuple[tables.Runtime, str]:
    for runtime in table.runtimes:
        if runtime.flag in flags and runtime.flag != table.base_flag:
            return runtime, f"the flag {runtime.flag} selects Python {runtime.python}"
        if runtime.flag == table.base_flag:
            break
        if runtime.enable_date and day >= runtime.enable_date and runtime.disable_flag not in flags:
            return runtime, f"Python {runtime.python} is the default since {runtime.enable_date}"
    base = table.runtimes[-1]
    return base, f"Python {base.python} is the default before {_first_enable_date(table)}"


def _first_enable_date(table: tables.RuntimeTable) -> date:
    return min(runtime.enable_date for runtime in table.runtimes if runtime.enable_date)


def _refuse_contradictions(flags: Collection[str], table: tables.RuntimeTable) -> None:
    for runtime in table.runtimes:
        if runtime.disable_flag in flags and runtime.flag in flags:
            raise SettingsError(
                None, "compatibility flags", f"{runtime.flag} and {runtime.disable_flag} contradict each other"
            )


def _notes(table: tables.RuntimeTable, runtime: tables.Runtime, flags: Collection[str], origin: str) -> tuple[str, ...]:
    notes = []
    if flags and table.base_flag not in flags:
        notes.append(f"{origin} does not set the flag {table.base_flag}, which every Python Worker requires")
    pywrangler_ignores = [row.disable_flag for row in table.runtimes if row.disable_flag and row.disable_flag in flags]
    notes.extend(
        f"pywrangler ignores {flag} and would install wheels for another Python than the one that runs"
        for flag in pywrangler_ignores
    )
    if runtime.note:
        notes.append(runtime.note)
    return tuple(notes)
