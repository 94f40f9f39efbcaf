"""What tools/update_stdlib.py asks Pyodide and CPython: calls and scripts, none of which is imported."""

from __future__ import annotations

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
"""What libraries may call and a Worker may refuse; plain Pyodide has no connections, so workers.toml speaks of them."""

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
const answers = [];
for (const group of JSON.parse(readFileSync(0, "utf8"))) {
  const pyodide = await loadPyodide({ stdout: () => {}, stderr: () => {} });
  const probe = pyodide.runPython(wrapper);
  for (const [key, code] of group) {
    const answer = (await probe(code)).toJs();
    answers.push(JSON.stringify([key, ...answer]) + "\\n");
  }
}
process.stdout.write(answers.join(""), () => process.exit(0));
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
answer = {}
names = {name for name in sys.stdlib_module_names if not name.startswith("_")} | {"_thread"}
names |= {"concurrent.futures", "importlib.resources", "logging.handlers", "os.path", "urllib.request"}
for name in sorted(names - {"antigravity", "idlelib", "this"}):
    try:
        answer[name] = public(importlib.import_module(name))
    except BaseException:
        continue
answer = json.dumps(answer)
"""

OLDER_ATTRIBUTES = """
import importlib, json, types, warnings
warnings.simplefilter("ignore")
answer = {}
for name in MODULES:
    try:
        module = importlib.import_module(name)
    except BaseException:
        continue
    answer[name] = [
        attribute for attribute in dir(module)
        if not attribute.startswith("_") and not isinstance(getattr(module, attribute, None), types.ModuleType)
    ]
answer = json.dumps(answer)
"""
"""For older CPythons too, 2.7 among them."""

LACKING = """
import importlib
from warnings import simplefilter
simplefilter("ignore")
def has(module, attribute):
    try:
        getattr(module, attribute)
    except BaseException:
        return False
    return True
answer = {}
for name, attributes in HOST.items():
    try:
        module = importlib.import_module(name)
    except BaseException:
        continue
    lacking = [attribute for attribute in attributes if not has(module, attribute)]
    if lacking:
        answer[name] = lacking
json.dumps(answer)
"""
