"""Write data/stdlib/<python>.toml: what the standard library lacks in Pyodide, measured with the npm package under Node.

    python tools/update_stdlib.py               the Pyodide releases that data/runtimes.toml names
    python tools/update_stdlib.py 314.0.7 …     these releases

Every module and submodule is imported, what fails once more in a fresh interpreter; the public names of modules are
compared with a CPython of this machine (the same feature release, or else the nearest older one on the PATH); each
call below is made in a fresh interpreter. What Cloudflare's runtime does otherwise stands in data/stdlib/workers.toml,
which no script writes. The date of a table changes only where something else in it does.
"""

from __future__ import annotations

import argparse
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

from scanner.tables import load_pyodide, load_runtimes, parse_stdlib  # noqa: E402  # works without an installation

FOLDER = ROOT / "data" / "stdlib"
INTERPRETERS_PER_PROCESS = 20
"""Node gives a dropped interpreter's memory back late."""
MINUTES_PER_PROCESS = 10

CALLS = {
    "_thread.start_new_thread": "import _thread; _thread.start_new_thread(lambda: None, ())",
    "asyncio.AbstractEventLoop.add_reader": "import asyncio; asyncio.get_running_loop().add_reader(0, print)",
    "asyncio.AbstractEventLoop.add_signal_handler": (
        "import asyncio, signal; asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, print)"
    ),
    "asyncio.AbstractEventLoop.run_in_executor": (
        "import asyncio; await asyncio.get_running_loop().run_in_executor(None, int)"
    ),
    "asyncio.create_subprocess_exec": "import asyncio; await asyncio.create_subprocess_exec('true')",
    "asyncio.start_server": "import asyncio; await asyncio.start_server(print, '127.0.0.1', 0)",
    "asyncio.to_thread": "import asyncio; await asyncio.to_thread(int)",
    "concurrent.futures.ProcessPoolExecutor": "import concurrent.futures as f; f.ProcessPoolExecutor(1)",
    "concurrent.futures.ThreadPoolExecutor.map": (
        "import concurrent.futures as f; list(f.ThreadPoolExecutor(1).map(int, '1'))"
    ),
    "concurrent.futures.ThreadPoolExecutor.submit": (
        "import concurrent.futures as f; f.ThreadPoolExecutor(1).submit(int)"
    ),
    "ctypes.CDLL": "import ctypes; ctypes.CDLL('libc.so.6')",
    "faulthandler.dump_traceback_later": (
        "import faulthandler, sys; faulthandler.dump_traceback_later(9, file=sys.__stderr__)"
    ),
    "fcntl.flock": "import fcntl; fcntl.flock(open('/tmp/f', 'w'), fcntl.LOCK_EX)",
    "hashlib.pbkdf2_hmac": "import hashlib; hashlib.pbkdf2_hmac('sha256', b'a', b'b', 1)",
    "hashlib.scrypt": "import hashlib; hashlib.scrypt(b'a', salt=b'b', n=2, r=1, p=1)",
    "input": "input()",
    "logging.handlers.QueueListener.start": (
        "import logging.handlers as h, queue; h.QueueListener(queue.Queue()).start()"
    ),
    "mmap.mmap": "import mmap; mmap.mmap(-1, 4096).close()",
    "multiprocessing.Lock": "import multiprocessing as m; m.Lock()",
    "multiprocessing.Manager": "import multiprocessing as m; m.Manager()",
    "multiprocessing.Pipe": "import multiprocessing as m; m.Pipe()",
    "multiprocessing.Pool": "import multiprocessing as m; m.Pool(1)",
    "multiprocessing.Process.start": "import multiprocessing as m; m.Process(target=int).start()",
    "multiprocessing.Queue": "import multiprocessing as m; m.Queue()",
    "multiprocessing.Value": "import multiprocessing as m; m.Value('i', 0)",
    "multiprocessing.pool.ThreadPool": "import multiprocessing.pool as m; m.ThreadPool(1)",
    "os.execv": "import os; os.execv('/bin/true', ['true'])",
    "os.fork": "import os; os.fork()",
    "os.forkpty": "import os; os.forkpty()",
    "os.geteuid": "import os; os.geteuid()",
    "os.getgroups": "import os; os.getgroups()",
    "os.memfd_create": "import os; os.memfd_create('m')",
    "os.mkfifo": "import os; os.mkfifo('/tmp/p')",
    "os.openpty": "import os; os.openpty()",
    "os.popen": "import os; os.popen('true')",
    "os.posix_spawn": "import os; os.posix_spawn('/bin/true', ['true'], {})",
    "os.sched_getaffinity": "import os; os.sched_getaffinity(0)",
    "os.spawnv": "import os; os.spawnv(os.P_NOWAIT, '/bin/true', ['true'])",
    "os.urandom": "import os; os.urandom(1)",
    "os.waitpid": "import os; os.waitpid(-1, os.WNOHANG)",
    "pty.openpty": "import pty; pty.openpty()",
    "select.epoll": "import select; select.epoll()",
    "signal.alarm": "import signal; signal.alarm(1)",
    "signal.setitimer": "import signal; signal.setitimer(signal.ITIMER_REAL, 1)",
    "signal.signal": "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    "socket.socketpair": "import socket; socket.socketpair()",
    "sqlite3.connect": "import sqlite3; sqlite3.connect(':memory:')",
    "subprocess.Popen": "import subprocess; subprocess.Popen(['true'])",
    "subprocess.check_output": "import subprocess; subprocess.check_output(['true'])",
    "subprocess.run": "import subprocess; subprocess.run(['true'])",
    "tempfile.NamedTemporaryFile": "import tempfile; tempfile.NamedTemporaryFile().close()",
    "termios.tcgetattr": "import termios; termios.tcgetattr(0)",
    "threading.Lock": "import threading; threading.Lock().acquire()",
    "threading.Thread.start": "import threading; threading.Thread(target=int).start()",
    "threading.Timer.start": "import threading; threading.Timer(0, int).start()",
    "time.sleep": "import time; time.sleep(0.01)",
    "time.tzset": "import time; time.tzset()",
    "tty.setraw": "import tty; tty.setraw(0)",
    "webbrowser.open": "import webbrowser; webbrowser.open('https://example.org')",
    "zoneinfo.ZoneInfo": "import zoneinfo; zoneinfo.ZoneInfo('UTC')",
}
"""What libraries may call and a Worker may refuse; connections are left to workers.toml, since plain Pyodide has none."""

PROBE = """
import { readFileSync } from "node:fs";
import { loadPyodide } from "pyodide";

// Standard input: a list of groups, each a list of [key, code]. Every group has an interpreter of its own.
const wrapper = `
from pyodide.code import eval_code_async
async def probe(code):
    try:
        return ["", str(await eval_code_async(code, {}))]
    except BaseException as error:
        lines = str(error).splitlines()
        return [f"{type(error).__name__}: {lines[0].strip() if lines else ''}".strip(": "), ""]
probe
`;
for (const group of JSON.parse(readFileSync(0, "utf8"))) {
  const pyodide = await loadPyodide({ stdout: () => {}, stderr: () => {} });
  const probe = pyodide.runPython(wrapper);
  for (const [key, code] of group) {
    const answer = (await probe(code)).toJs();
    process.stdout.write(JSON.stringify([key, ...answer]) + "\\n");
  }
}
process.exit(0);
"""

STANDARD_MODULES = "import json, sys; json.dumps(sorted(sys.stdlib_module_names))"

SUBMODULES = """
import importlib, json, pkgutil, sys
found = set()
def walk(path, prefix):
    for module in pkgutil.iter_modules(path, prefix):
        if not module.name.endswith(".__main__"):
            found.add(module.name)
            if module.ispkg:
                walk([f"{folder}/{module.name.rpartition('.')[2]}" for folder in path], module.name + ".")
for name in sorted(sys.stdlib_module_names - {"antigravity", "idlelib", "this"}):
    try:
        path = getattr(importlib.import_module(name), "__path__", None)
    except BaseException:
        continue
    if path:
        walk(list(path), name + ".")
answer = json.dumps(sorted(name for name in found if ".test" not in name))
"""

ATTRIBUTES = """
import importlib, json, sys, types
from warnings import simplefilter
simplefilter("ignore")
def public(module):
    return sorted(
        name for name in dir(module)
        if not name.startswith("_") and not isinstance(getattr(module, name, None), types.ModuleType)
    )
found = {}
names = {name for name in sys.stdlib_module_names if not name.startswith("_")} | {"_thread"}
names |= {"concurrent.futures", "importlib.resources", "logging.handlers", "os.path", "urllib.request"}
for name in sorted(names - {"antigravity", "idlelib", "this"}):
    try:
        found[name] = public(importlib.import_module(name))
    except BaseException:
        continue
answer = json.dumps(found)
"""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """Everything that goes into one table."""

    pyodide: str
    python: str
    host: str
    """The version of the CPython that names were compared with."""
    missing: Mapping[str, str]
    submodules_missing: Mapping[str, str]
    missing_attributes: Mapping[str, list[str]]
    calls: Mapping[str, str]
    """By call, what it raises; empty where it works."""


def main() -> None:
    """Update one table for each Pyodide release asked for."""
    parser = argparse.ArgumentParser(description="Write data/stdlib/<python>.toml as measured in Pyodide under Node.")
    parser.add_argument("versions", nargs="*", metavar="VERSION", help="Pyodide releases; default: those in use")
    versions = parser.parse_args().versions or sorted({row.package_pyodide for row in load_runtimes().runtimes})
    for version in versions:
        python = ".".join(load_pyodide(version).python.split(".")[:2])
        update(version, python, FOLDER / f"{python}.toml")


def update(version: str, python: str, path: Path) -> None:
    """Measure one Pyodide release and write its table, unless it says what the table says already."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        install(version, folder)
        measurement = measure(version, python, folder)
    today = dt.datetime.now(tz=dt.UTC).date()
    text = format_table(measurement, today)
    if path.exists() and without_date(path.read_text(encoding="utf-8")) == without_date(text):
        text = path.read_text(encoding="utf-8")
    table = parse_stdlib(text, str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(f"{path}: {len(table.missing)} modules and {len(table.submodules_missing)} submodules missing")


def install(version: str, folder: Path) -> None:
    """Put the npm package and the probe into ``folder``."""
    subprocess.run(
        ["npm", "install", "--silent", "--ignore-scripts", "--no-save", "--prefix", str(folder), f"pyodide@{version}"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (folder / "probe.mjs").write_text(PROBE, encoding="utf-8")


def measure(version: str, python: str, folder: Path) -> Measurement:
    """Everything about one release; ``folder`` is where it is installed."""
    host, host_version = find_host(python)
    modules = json.loads(ask(folder, STANDARD_MODULES))
    missing = find_failing(folder, modules)
    submodules = {*json.loads(ask(folder, f"{SUBMODULES}\nanswer")), *json.loads(ask_host(host, SUBMODULES))}
    importable = [name for name in sorted(submodules) if name.partition(".")[0] not in missing]
    calls = probe(folder, ([(call, code)] for call, code in CALLS.items()))
    return Measurement(
        pyodide=version,
        python=python,
        host=host_version,
        missing=missing,
        submodules_missing=find_failing(folder, importable),
        missing_attributes=compare(ask_host(host, ATTRIBUTES), ask(folder, f"{ATTRIBUTES}\nanswer")),
        calls={call: error for call, error, _ in calls},
    )


def find_failing(folder: Path, modules: Iterable[str]) -> dict[str, str]:
    """The modules whose import fails in a fresh interpreter too, each with what it raises."""
    together = probe(folder, [[(name, f"import {name}") for name in modules]])
    failing = [name for name, error, _ in together if error]
    alone = probe(folder, ([(name, f"import {name}")] for name in failing))
    return {name: error for name, error, _ in alone if error}


def compare(host: str, pyodide: str) -> dict[str, list[str]]:
    """By module that both have, the public names that only the host has."""
    theirs = json.loads(pyodide)
    missing = {
        name: sorted(set(names) - set(theirs[name])) for name, names in json.loads(host).items() if name in theirs
    }
    return {name: names for name, names in missing.items() if names}


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


def find_host(python: str) -> tuple[str, str]:
    """A CPython to compare with and its version: the same feature release, or the nearest older one."""
    for minor in range(int(python.split(".")[1]), 10, -1):
        command = shutil.which(f"python3.{minor}")
        if command is None:
            continue
        answer = subprocess.run([command, "-VV"], check=False, capture_output=True, text=True)
        if answer.returncode == 0:
            return command, answer.stdout.split()[1]
    raise SystemExit("there is no CPython to compare with on the PATH")


def ask_host(command: str, code: str) -> str:
    """What the code leaves in ``answer`` when a CPython of this machine runs it, without site packages."""
    script = f"{code}\nprint(answer)"
    return subprocess.run([command, "-IS", "-c", script], check=True, capture_output=True, text=True).stdout


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
        *format_texts("missing", m.missing),
        *format_texts("submodules_missing", m.submodules_missing),
        *format_lists("missing_attributes", m.missing_attributes),
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


def without_date(text: str) -> str:
    """The table's text without its date."""
    return re.sub(r"(?m)^date = .*$", "", text)


if __name__ == "__main__":
    main()
