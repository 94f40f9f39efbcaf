"""The calls that fail on the target, or that a deploy snapshot forbids: one row each.

Measured in Pyodide 314.0.7 under Node on 2026-11-22 (shared facts, stdlib_314.json); what Cloudflare's runtime adds,
client TCP, is told by ``Runtime.sockets``. A deploy snapshot forbids entropy and connections at the top level.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from scanner.model.rule import Rule


class AtImport(enum.Enum):
    """What such a call does while a module is imported."""

    FAILS = "fails"
    FORBIDDEN = "forbidden"
    """It works in plain Pyodide, and the deploy snapshot refuses it."""
    FORBIDDEN_UNSEEDED = "forbidden unseeded"
    """The same, unless its first argument is a seed."""
    MAY_FAIL = "may fail"
    """It depends on the argument."""
    HARMLESS = "harmless"


@dataclass(frozen=True, kw_only=True, slots=True)
class HazardRow:
    """One call with the rule it falls under and what would happen."""

    rule: Rule
    outcome: str
    """For people, as a predicate: «raises OSError …»."""
    error: str
    """The exception's class."""
    at_import: AtImport
    is_client: bool = False
    """Whether it only needs outbound TCP, and so works where the target has sockets."""
    is_deferred: bool = True
    """Whether a call inside a function is worth a word."""
    is_excusable: bool = False
    """Whether a handler around such a call shows that the code does without it."""


_NO_THREADS = "raises RuntimeError («can't start new thread»)"
_NO_START = "cannot start («can't start new thread»)"
_NO_PROCESSES = "raises OSError («emscripten does not support processes»)"
_NO_SEMAPHORES = "raises ModuleNotFoundError (there is no _multiprocessing)"
_NO_LISTENING = "cannot accept connections on the target"
_NO_LIBRARY = "raises OSError, for there are no system libraries to load"
_NO_LOOP_PART = "raises NotImplementedError in the event loop of the target"
_NO_TCP = "needs TCP sockets, which the target does not have"
_ENTROPY = "gets random numbers, which Workers do not allow at the top level"


def _rows(names: str, rule: Rule, outcome: str, error: str, at_import: AtImport, **flags: bool) -> dict[str, HazardRow]:
    row = HazardRow(rule=rule, outcome=outcome, error=error, at_import=at_import, **flags)
    return dict.fromkeys(names.split(), row)


_THREADS = (
    _rows(
        "threading.Thread().start threading.Timer().start _thread.start_new_thread _thread.start_new "
        "_thread.start_joinable_thread faulthandler.dump_traceback_later logging.handlers.QueueListener().start "
        "concurrent.futures.ThreadPoolExecutor().submit concurrent.futures.ThreadPoolExecutor().map "
        "concurrent.futures.thread.ThreadPoolExecutor().submit multiprocessing.dummy.Process().start",
        Rule.CS304, _NO_THREADS, "RuntimeError", AtImport.FAILS,
    )
    | _rows(
        "threading.Thread threading.Timer concurrent.futures.ThreadPoolExecutor logging.handlers.QueueListener "
        "concurrent.futures.thread.ThreadPoolExecutor socketserver.ThreadingMixIn wsgiref.simple_server.make_server",
        Rule.CS304, _NO_START, "RuntimeError", AtImport.HARMLESS,
    )
    | _rows(
        "multiprocessing.pool.ThreadPool multiprocessing.dummy.Pool",
        Rule.CS304, _NO_SEMAPHORES, "ModuleNotFoundError", AtImport.FAILS,
    )
)  # fmt: skip

_PROCESSES = (
    _rows(
        "subprocess.run subprocess.Popen subprocess.call subprocess.check_call subprocess.check_output "
        "subprocess.getoutput subprocess.getstatusoutput os.popen pty.spawn",
        Rule.CS303, _NO_PROCESSES, "OSError", AtImport.FAILS,
    )
    | _rows("os.system", Rule.CS303, "runs nothing, for there is no shell", "OSError", AtImport.HARMLESS)
    | _rows(
        "os.fork os.spawnl os.spawnle os.spawnlp os.spawnlpe os.spawnv os.spawnve os.spawnvp os.spawnvpe os.wait "
        "os.waitpid os.wait3 os.wait4 os.waitid pty.fork os.forkpty os.posix_spawn os.posix_spawnp",
        Rule.CS303, "raises OSError («Function not implemented»)", "OSError", AtImport.FAILS,
    )
    | _rows(
        "os.execv os.execve os.execvp os.execvpe os.execl os.execle os.execlp os.execlpe",
        Rule.CS303, "raises OSError («Exec format error»)", "OSError", AtImport.FAILS,
    )
    | _rows(
        "multiprocessing.Lock multiprocessing.RLock multiprocessing.Queue multiprocessing.JoinableQueue "
        "multiprocessing.SimpleQueue multiprocessing.Pool multiprocessing.Manager multiprocessing.Value "
        "multiprocessing.Array multiprocessing.Event multiprocessing.Condition multiprocessing.Semaphore "
        "multiprocessing.BoundedSemaphore multiprocessing.Barrier multiprocessing.Process().start "
        "multiprocessing.pool.Pool",
        Rule.CS303, _NO_SEMAPHORES, "ModuleNotFoundError", AtImport.FAILS,
    )
    | _rows("multiprocessing.Pipe", Rule.CS303, "raises OSError", "OSError", AtImport.FAILS)
    | _rows("multiprocessing.Process multiprocessing.context.Process multiprocessing.process.BaseProcess "
            "multiprocessing.get_context",
            Rule.CS303, _NO_SEMAPHORES, "ModuleNotFoundError", AtImport.HARMLESS)
    | _rows(
        "concurrent.futures.ProcessPoolExecutor concurrent.futures.process.ProcessPoolExecutor",
        Rule.CS303, "raises NotImplementedError", "NotImplementedError", AtImport.FAILS,
    )
    | _rows(
        "asyncio.create_subprocess_exec asyncio.create_subprocess_shell asyncio.subprocess.create_subprocess_exec "
        "asyncio.subprocess.create_subprocess_shell *.subprocess_exec *.subprocess_shell anyio.run_process "
        "anyio.open_process trio.run_process trio.lowlevel.open_process",
        Rule.CS303, _NO_LOOP_PART, "NotImplementedError", AtImport.HARMLESS,
    )
)  # fmt: skip

_SOCKETS = (
    _rows(
        "socket.socket().bind socket.socket().listen socket.socket().accept socket.create_server "
        "socketserver.TCPServer socketserver.UDPServer "
        "socketserver.ThreadingTCPServer socketserver.ThreadingUDPServer http.server.HTTPServer "
        "http.server.ThreadingHTTPServer wsgiref.simple_server.WSGIServer xmlrpc.server.SimpleXMLRPCServer "
        "socketserver.BaseServer multiprocessing.connection.Listener",
        Rule.CS305, _NO_LISTENING, "OSError", AtImport.FORBIDDEN,
    )
    | _rows(
        "asyncio.start_server asyncio.start_unix_server *.create_server *.create_unix_server "
        "*.create_datagram_endpoint *.connect_accepted_socket anyio.create_tcp_listener",
        Rule.CS305, "raises NotImplementedError, for nothing can listen there", "NotImplementedError",
        AtImport.HARMLESS,
    )
    | _rows("socket.socketpair", Rule.CS305, "raises OSError («Invalid argument»)", "OSError", AtImport.FAILS)
    | _rows("socket.socket().sendto socket.socket().recvfrom", Rule.CS305,
            "needs UDP, which the target does not have", "OSError", AtImport.FORBIDDEN)
    | _rows(
        "socket.socket asyncio.open_connection *.create_connection http.client.HTTPConnection "
        "http.client.HTTPSConnection smtplib.SMTP smtplib.SMTP_SSL ftplib.FTP xmlrpc.client.ServerProxy",
        Rule.CS305, _NO_TCP, "OSError", AtImport.HARMLESS, is_client=True,
    )
    | _rows(
        "socket.create_connection socket.socket().connect urllib.request.urlopen poplib.POP3 imaplib.IMAP4 "
        "imaplib.IMAP4_SSL",
        Rule.CS305, _NO_TCP, "OSError", AtImport.FORBIDDEN, is_client=True,
    )
)  # fmt: skip

_LIBRARIES = (
    _rows(
        "ctypes.CDLL ctypes.PyDLL ctypes.cdll.LoadLibrary ctypes.pydll.LoadLibrary cffi.FFI().dlopen",
        Rule.CS306, _NO_LIBRARY, "OSError", AtImport.MAY_FAIL,
    )
    | _rows("ctypes.util.find_library", Rule.CS306, "finds nothing, for there are no system libraries", "OSError",
            AtImport.HARMLESS)
)  # fmt: skip

_SIGNALS = (
    _rows("*.add_signal_handler *.add_reader *.add_writer", Rule.CS302, _NO_LOOP_PART, "NotImplementedError",
          AtImport.HARMLESS)
    | _rows(
        "pty.openpty os.openpty tty.setraw tty.setcbreak termios.tcgetattr termios.tcsetattr",
        Rule.CS302, "fails, for there is no terminal", "termios.error", AtImport.FAILS,
    )
    | _rows("fcntl.ioctl", Rule.CS302, "reaches no device, for there are none", "OSError", AtImport.HARMLESS,
            is_excusable=True)
    | _rows("webbrowser.open webbrowser.open_new webbrowser.open_new_tab webbrowser.get", Rule.CS302,
            "opens nothing, for there is no browser to start", "ImportError", AtImport.HARMLESS)
)  # fmt: skip

_SNAPSHOT = _rows(
    "random.random random.randint random.randrange random.choice random.choices random.sample random.shuffle "
    "random.uniform random.getrandbits random.gauss random.seed secrets.token_hex secrets.token_bytes "
    "secrets.token_urlsafe secrets.choice secrets.randbelow secrets.randbits uuid.uuid4 uuid.uuid1 uuid.getnode "
    "os.urandom os.getrandom ssl.create_default_context numpy.random.rand numpy.random.randn numpy.random.random "
    "numpy.random.seed numpy.random.randint",
    Rule.CS307, _ENTROPY, "RuntimeError", AtImport.FORBIDDEN, is_deferred=False,
) | _rows(
    "random.Random numpy.random.default_rng numpy.random.RandomState",
    Rule.CS307, _ENTROPY, "RuntimeError", AtImport.FORBIDDEN_UNSEEDED, is_deferred=False,
)  # fmt: skip

HAZARDS: Mapping[str, HazardRow] = _THREADS | _PROCESSES | _SOCKETS | _LIBRARIES | _SIGNALS | _SNAPSHOT
"""By dotted name; ``X().m`` is a method of what calling X gives, ``*.m`` a method told by its name alone."""

CONNECTS = "connects to a server, which Workers do not allow at the top level"
"""What a client does there, whether the target has sockets or not."""


def startup_rule(name: str) -> Rule:
    """The rule of a forbidden call at import time; a client works in a request, if at all."""
    row = HAZARDS[name]
    return Rule.CS307 if row.is_client else row.rule


SUBCLASSED = frozenset(
    {
        "threading.Thread", "threading.Timer", "socketserver.ThreadingMixIn", "socketserver.TCPServer",
        "socketserver.UDPServer", "socketserver.ThreadingTCPServer", "socketserver.BaseServer",
        "http.server.HTTPServer", "http.server.ThreadingHTTPServer", "wsgiref.simple_server.WSGIServer",
        "multiprocessing.Process", "multiprocessing.context.Process", "multiprocessing.process.BaseProcess",
        "concurrent.futures.ThreadPoolExecutor", "subprocess.Popen",
    }
)  # fmt: skip
"""Classes whose subclasses are made to do the same."""
