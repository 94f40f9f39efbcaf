"""What differs between the tables in force and newer ones, as lines for people."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping

from scanner.runtime import tables

_COMPARED = ("python_full_version", "enable_date", "disable_flag", "package_pyodide", "platform_tags", "status")


def find_changes(texts: Mapping[str, str]) -> tuple[str, ...]:
    """One line for each change; none if only dates differ."""
    lines = (
        *_compare_workers_py(texts["workers-py.toml"]),
        *_compare_runtimes(texts["runtimes.toml"]),
        *_compare_sdk(texts["workers-runtime-sdk.toml"]),
        *_compare_wrangler(texts["wrangler.toml"]),
        *(f"{name}: new" for name in sorted(texts) if not tables.has_table(name)),
    )
    return tuple(lines)


def _compare_workers_py(text: str) -> Iterator[str]:
    old, new = tables.load_workers_py().releases, tables.parse_workers_py(text, "workers-py.toml").releases
    yield from _compare_names("workers-py.toml", map(str, old), map(str, new))


def _compare_runtimes(text: str) -> Iterator[str]:
    old = {row.flag: row for row in tables.load_runtimes().runtimes}
    for row in tables.parse_runtimes(text, "runtimes.toml").runtimes:
        if row.flag not in old:
            since = f" from {row.enable_date}" if row.enable_date else ""
            yield f"runtimes.toml: + {row.flag}{since} (Python {row.python}, Pyodide {row.package_pyodide})"
            continue
        before, after = dataclasses.asdict(old[row.flag]), dataclasses.asdict(row)
        for key in _COMPARED:
            if before[key] != after[key]:
                yield f"runtimes.toml: {row.flag}: {key}: {before[key]} → {after[key]}"


def _compare_sdk(text: str) -> Iterator[str]:
    name, old = "workers-runtime-sdk.toml", tables.load_workers_sdk()
    new = tables.parse_workers_sdk(text, name)
    if new.sdk != old.sdk:
        yield f"{name}: {old.sdk} → {new.sdk}"
    yield from _compare_names(name, old.patches, new.patches)
    changed = (module for module in old.patches.keys() & new.patches if old.patches[module] != new.patches[module])
    yield from (f"{name}: {module}: changed" for module in sorted(changed))
    yield from _compare_names(name, old.injected | old.provided, new.injected | new.provided)


def _compare_wrangler(text: str) -> Iterator[str]:
    old, new = tables.load_wrangler_keys(), tables.parse_wrangler_keys(text, "wrangler.toml")
    if new.wrangler != old.wrangler:
        yield f"wrangler.toml: {old.wrangler} → {new.wrangler}"
    yield from _compare_names("wrangler.toml", old.keys, new.keys)
    yield from _compare_names("wrangler.toml: containers", old.container_keys, new.container_keys)
    yield from _compare_names("wrangler.toml: not inherited", old.not_inherited, new.not_inherited)


def _compare_names(title: str, old: Iterable[str], new: Iterable[str]) -> Iterator[str]:
    before, after = set(old), set(new)
    yield from (f"{title}: + {name}" for name in sorted(after - before))
    yield from (f"{title}: - {name}" for name in sorted(before - after))
