"""What the standard library lacks in Pyodide, measured under Node, as the text of data/stdlib/<python>.toml.

Every module and submodule is imported, and what fails is tried again in a second interpreter; the public names of
modules are compared with the CPythons of this machine (the same feature release, or else the nearest older one, and for
names that Python has removed all older ones); each call of stdlib_probes.py is made in an interpreter of its own. One
release takes about three minutes.

A table names the CPythons that it was compared with. Without one of these a new measurement would have fewer names, so
that it is refused. What Cloudflare's runtime does otherwise stands in data/stdlib/workers.toml, which no script writes.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from stdlib_probes import (  # noqa: E402  # its neighbour
    ATTRIBUTES,
    CALLS,
    LACKING,
    OLDER_ATTRIBUTES,
    PROBE,
    STANDARD_MODULES,
    SUBMODULES,
)

from scanner.runtime.tables import StdlibTable  # noqa: E402  # works without an installation

INTERPRETERS_PER_PROCESS = 20
"""Node gives a dropped interpreter's memory back late."""
MINUTES_PER_PROCESS = 10
TALKING = ("antigravity", "idlelib", "this")
"""Modules that do something when they are imported."""

OLDER_SUBMODULES = (
    "collections.abc", "concurrent.futures", "email.utils", "html.parser", "importlib.abc", "importlib.machinery",
    "importlib.metadata", "importlib.resources", "importlib.util", "logging.handlers", "os.path", "unittest.mock",
    "urllib.parse", "urllib.request", "xml.etree.ElementTree",
)  # fmt: skip
"""Where older code looks for names besides the top-level modules."""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """Everything that goes into one table."""

    pyodide: str
    python: str
    host: str
    """The version of the CPython that names were compared with."""
    interpreters: tuple[str, ...]
    """The versions of all CPythons that names were compared with, oldest first."""
    missing: Mapping[str, str]
    submodules_missing: Mapping[str, str]
    missing_attributes: Mapping[str, list[str]]
    removed_attributes: Mapping[str, list[str]]
    """By module, the public names that older CPythons had and neither the host nor Pyodide has."""
    calls: Mapping[str, str]
    """By call, what it raises; empty where it works."""


Interpreters = Mapping[str, tuple[str, str]]
"""By feature release, oldest first: the command of a CPython and its full version."""


def find_missing(known: StdlibTable | None, found: Interpreters) -> list[str]:
    """The feature releases that a table was compared with and that this machine lacks."""
    needed = [version.rpartition(".")[0] for version in (known.interpreters if known else ())]
    return [release for release in needed if release not in found]


def find_interpreters(python: str) -> Interpreters:
    """The CPythons on the PATH that run, up to the feature release ``python``."""
    found = {}
    for release in ("2.7", *(f"3.{minor}" for minor in range(6, int(python.split(".")[1]) + 1))):
        command = shutil.which(f"python{release}")
        if command is None:
            continue
        answer = subprocess.run([command, "-V"], check=False, capture_output=True, text=True)
        version = (answer.stdout or answer.stderr).split()[-1:]  # 2.7 answers on standard error
        if answer.returncode == 0 and version and version[0].startswith(f"{release}."):
            found[release] = (command, version[0])
    return found


def measure_text(version: str, python: str, found: Interpreters, today: dt.date) -> str:
    """The text of the table for one Pyodide release."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        install(version, folder)
        return format_table(measure(version, python, folder, found), today)


def install(version: str, folder: Path) -> None:
    """Put the npm package and the probe into ``folder``."""
    subprocess.run(
        ["npm", "install", "--silent", "--ignore-scripts", "--no-save", "--prefix", str(folder), f"pyodide@{version}"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (folder / "probe.mjs").write_text(PROBE, encoding="utf-8")


def measure(version: str, python: str, folder: Path, found: Interpreters) -> Measurement:
    """Everything about one release; ``folder`` is where it is installed."""
    host, host_version = list(found.values())[-1]
    modules = json.loads(ask(folder, STANDARD_MODULES))
    missing = find_failing(folder, modules)
    submodules = {*json.loads(ask(folder, f"{SUBMODULES}\nanswer")), *json.loads(ask_host(host, SUBMODULES))}
    importable = [name for name in sorted(submodules) if name.partition(".")[0] not in missing]
    calls = probe(folder, ([(call, code)] for call, code in CALLS.items()))
    lacking = find_lacking(folder, ask_host(host, ATTRIBUTES))
    return Measurement(
        pyodide=version,
        python=python,
        host=host_version,
        interpreters=tuple(full for _, full in found.values()),
        missing=missing,
        submodules_missing=find_failing(folder, importable),
        missing_attributes=lacking,
        removed_attributes=find_removed(folder, python, lacking, found),
        calls={call: error for call, error, _ in calls},
    )


def find_failing(folder: Path, modules: Iterable[str]) -> dict[str, str]:
    """The modules whose import fails, and fails again where only these are imported, each with what it raises."""
    failing = list(modules)
    errors: dict[str, str] = {}
    for _ in range(2):
        answers = probe(folder, [[(name, f"import {name}") for name in failing]])
        errors = {name: error for name, error, _ in answers if error}
        failing = list(errors)
    return errors


def find_removed(
    folder: Path, python: str, lacking: Mapping[str, list[str]], found: Interpreters
) -> dict[str, list[str]]:
    """By module, the names that older CPythons of this machine had and Pyodide has not, those of ``lacking`` aside."""
    standard = [name for name in json.loads(ask(folder, STANDARD_MODULES)) if not name.startswith("_")]
    modules = [*(name for name in standard if name not in TALKING), *OLDER_SUBMODULES]
    script = f"MODULES = {modules!r}\n{OLDER_ATTRIBUTES}"
    names: dict[str, set[str]] = {}
    for command in (command for release, (command, _) in found.items() if release != python):
        for module, attributes in json.loads(ask_host(command, script)).items():
            names.setdefault(module, set()).update(attributes)
    text = json.dumps({module: sorted(attributes) for module, attributes in names.items()})
    removed = {
        module: sorted(set(attributes).difference(lacking.get(module, ())))
        for module, attributes in find_lacking(folder, text).items()
    }
    return {module: attributes for module, attributes in removed.items() if attributes}


def find_lacking(folder: Path, names: str) -> dict[str, list[str]]:
    """Of names by module, as JSON, those that Pyodide's modules do not have."""
    lacking: dict[str, list[str]] = json.loads(ask(folder, f"import json\nHOST = json.loads({names!r})\n{LACKING}"))
    return lacking


def ask(folder: Path, code: str) -> str:
    """The value of the code's last expression in Pyodide, as a string."""
    ((_, error, answer),) = probe(folder, [[("", code)]])
    if error:
        raise SystemExit(error)
    return answer


def probe(folder: Path, groups: Iterable[list[tuple[str, str]]]) -> Iterator[tuple[str, str, str]]:
    """For each (key, code) the key, what the code raises, and its value; each group has its own interpreter."""
    waiting = iter(groups)
    while batch := list(itertools.islice(waiting, INTERPRETERS_PER_PROCESS)):
        answers = subprocess.run(
            ["node", "probe.mjs"],
            check=True,
            cwd=folder,
            input=json.dumps(batch),
            capture_output=True,
            text=True,
            timeout=MINUTES_PER_PROCESS * 60,
        )
        for line in answers.stdout.splitlines():
            key, error, value = json.loads(line)
            yield key, error, value


def ask_host(command: str, code: str) -> str:
    """What the code leaves in ``answer`` when a CPython of this machine runs it, without site packages."""
    script = f"{code}\nprint(answer)"
    options = "-S" if "python2" in Path(command).name else "-IS"
    return subprocess.run([command, options, "-c", script], check=True, capture_output=True, text=True).stdout


def format_table(measurement: Measurement, today: dt.date) -> str:
    """The table as TOML, every part sorted by name."""
    m = measurement
    lines = [
        "# Written by tools/update_stdlib.py. What Cloudflare's runtime does otherwise stands in workers.toml.",
        "",
        "version = 1",
        f"date = {today}",
        f'source = "npm package pyodide@{m.pyodide}, run under Node and compared with CPython {m.host} on Linux"',
        f'python = "{m.python}"',
        f"interpreters = [{', '.join(map(quote, m.interpreters))}]",
        *format_texts("missing", m.missing),
        *format_texts("submodules_missing", m.submodules_missing),
        *format_lists("missing_attributes", m.missing_attributes),
        *format_lists("removed_attributes", m.removed_attributes),
    ]
    for call, error in sorted(m.calls.items()):
        outcome = "fails" if error else "works"
        lines += ["", "[[calls]]", f"call = {quote(call)}", f"outcome = {quote(outcome)}"]
        lines += [f"error = {quote(error)}"] if error else []
    return "\n".join(lines) + "\n"


def format_texts(name: str, rows: Mapping[str, str]) -> Iterator[str]:
    """A table of strings."""
    yield from ("", f"[{name}]")
    for key, value in sorted(rows.items()):
        yield f"{spell_key(key)} = {quote(value)}"


def format_lists(name: str, rows: Mapping[str, list[str]]) -> Iterator[str]:
    """A table of lists of strings."""
    yield from ("", f"[{name}]")
    for key, values in sorted(rows.items()):
        yield f"{spell_key(key)} = [{', '.join(map(quote, values))}]"


def spell_key(key: str) -> str:
    """A key as TOML wants it."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else quote(key)


def quote(text: str) -> str:
    """A basic string of TOML; JSON's escapes are a part of TOML's."""
    return json.dumps(text)
