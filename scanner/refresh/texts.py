"""Machine-made tables as text, in the one form that both ``make data`` and ``compat-scan data update`` write."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping

from packaging.version import Version

from scanner.refresh.patches import Sdk
from scanner.refresh.runtimes import RuntimesUpdate
from scanner.runtime.tables import InstallRow, Patch, Provenance, Runtime, WranglerKeys


def format_workers_py(releases: Mapping[Version, tuple[InstallRow, ...]], today: dt.date) -> str:
    """The text of data/workers-py.toml; releases in a row with the same runtimes share one group."""
    ordered = sorted(releases, reverse=True)
    newest, oldest = ordered[0], ordered[-1]
    lines = [
        "# Written by `make data`. The runtimes that each release of workers-py (pywrangler) installs packages for,",
        "# newest release first; the rows of a release are in the order in which pywrangler tries them.",
        "",
        *_header(today, f"wheels of workers-py {oldest} to {newest}: pywrangler/metadata.py and pywrangler/utils.py"),
    ]
    for rows, versions in itertools.groupby(ordered, key=lambda version: releases[version]):
        lines += ["", "[[releases]]", f"versions = {_list(str(version) for version in versions)}"]
        for row in rows:
            lines += ["", "[[releases.runtimes]]", *_format_row(row)]
    return "\n".join(lines) + "\n"


def format_workers_sdk(version: str, sdk: Sdk, today: dt.date) -> str:
    """The text of data/workers-runtime-sdk.toml."""
    lines = [
        "# Written by `make data`. kind: entropy = the module may draw random numbers when it is imported at the top",
        "# level of a Worker; behaviour = a function of it is replaced by one that works there.",
        "",
        *_header(today, f"wheel of workers-runtime-sdk {version}, its Python source"),
        f"sdk = {quote(version)}",
        "",
        "# Top-level modules of workers-runtime-sdk itself.",
        f"provided = {_list(sorted(sdk.provided))}",
        "",
        "# Top-level modules that exist only inside the runtime.",
        f"injected = {_list(sorted(sdk.injected))}",
    ]
    for patch in sdk.patches:
        lines += ["", "[[patches]]", *_format_row(patch)]
    return "\n".join(lines) + "\n"


def format_runtimes(update: RuntimesUpdate, today: dt.date) -> str:
    """The text of data/runtimes.toml."""
    table = update.table
    lines = [
        "# Written by `make data`: flags, dates and indexes come from workers-py, the rest of a row is kept as it is.",
        "# The runtimes of Python Workers in the order in which workerd tries them; the first one that is on wins.",
        "# A runtime is on if its flag is set, or if the compatibility date has reached enable_date and disable_flag",
        "# is not set. The base runtime, the last one, is what remains.",
        "",
        *_header(today, table.provenance.source),
        "",
        "# Without this flag workerd refuses to start Python at all.",
        f"base_flag = {quote(table.base_flag)}",
        "",
        "# Known flags that select no runtime.",
        *_format_list("other_flags", table.other_flags),
    ]
    for row in table.runtimes:
        lines += ["", "[[runtimes]]", *_format_row(row, table.provenance)]
    lines += [
        "",
        "# The environment markers (PEP 508) of the interpreter that pywrangler resolves with. The interpreter inside",
        "# the runtime may be older (3.12.1 for Python 3.12).",
    ]
    for python, markers in sorted(update.markers.items()):
        lines += ["", f'[markers."{python}"]', *(f"{key} = {quote(value)}" for key, value in markers.items())]
    return "\n".join(lines) + "\n"


def format_wrangler(keys: WranglerKeys, today: dt.date) -> str:
    """The text of data/wrangler.toml."""
    lines = [
        "# Written by `make data`, `before` by hand. The keys that a Wrangler configuration knows. Sorted.",
        "",
        *_header(today, f"npm wrangler {keys.wrangler}, config-schema.json"),
        "",
        f"wrangler = {quote(keys.wrangler)}",
        *_format_list("keys", keys.keys),
        "",
        "# Keys that an environment does not inherit from the top.",
        *_format_list("not_inherited", keys.not_inherited),
        "",
        "# Keys of one entry of `containers`.",
        *_format_list("container_keys", keys.container_keys),
        "",
        "# Keys of an entry that are gone or deprecated, and what replaced each.",
        "[before]",
        *(f"{key} = {quote(value)}" for key, value in sorted(keys.before.items())),
    ]
    return "\n".join(lines) + "\n"


def replace_date(text: str, today: dt.date) -> str:
    """A table's text with another date."""
    return re.sub(r'^("?date"?(?: = |: "))\d{4}-\d\d-\d\d', rf"\g<1>{today}", text, count=1, flags=re.MULTILINE)


def quote(text: str) -> str:
    """A basic string of TOML; the escapes of JSON are a part of those of TOML."""
    return json.dumps(text)


def _header(today: dt.date, source: str) -> Iterator[str]:
    yield from ("version = 1", f"date = {today}", f"source = {quote(source)}")


def _format_row(row: InstallRow | Patch | Runtime, shared: Provenance | None = None) -> Iterator[str]:
    """One line for each field that has a value, in their order; a source that equals ``shared`` is left out."""
    for field in dataclasses.fields(row):
        match getattr(row, field.name):
            case None:
                continue
            case Provenance() as own:
                if own != shared:
                    yield from (f"source = {quote(own.source)}", f"date = {own.date}")
            case dt.date() as day:
                yield f"{field.name} = {day}"
            case bool(value):
                yield f"{field.name} = {str(value).lower()}"
            case tuple(items):
                yield f"{field.name} = {_list(items)}"
            case value:
                yield f"{field.name} = {quote(str(value))}"


def _format_list(name: str, items: Iterable[str]) -> Iterator[str]:
    """A sorted list over as many lines as it takes."""
    wrapped = textwrap.wrap(", ".join(quote(item) for item in sorted(items)), width=116, break_on_hyphens=False)
    yield from (f"{name} = [", *(f"    {line}" for line in wrapped), "]")


def _list(items: Iterable[str]) -> str:
    return f"[{', '.join(quote(item) for item in items)}]"
