"""What the engine knows of the target: its Python, its gaps, and the values that platform checks ask for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from scanner.runtime.tables import Patch

_ADDED_SINCE_3_11 = frozenset({"annotationlib", "compression", "_zstd", "_interpreters", "_interpchannels"})
"""Standard-library modules that an older running Python does not name among its own."""

_HOST_MODULES = frozenset({"js", "pyodide", "pyodide_js", "__main__", "_pyodide", "_pyodide_core", "workers"})
"""What the runtime itself provides beside the standard library."""

_ELSEWHERE = frozenset(
    {
        "os.startfile", "os.O_BINARY", "os.add_dll_directory", "os.lchflags", "os.plock",
        "sys.getwindowsversion", "sys.winver", "sys.dllhandle", "sys.frozen", "sys._MEIPASS", "sys.real_prefix",
        "sys.pypy_version_info", "sys.pypy_translation_info", "sys.gettotalrefcount", "sys.getandroidapilevel",
        "sys.setcheckinterval", "sys.JYTHON_JAR", "sys.ps1",
        "signal.CTRL_C_EVENT", "signal.CTRL_BREAK_EVENT", "signal.SIGBREAK", "signal.SIGEMT", "signal.SIGINFO",
        "subprocess.STARTUPINFO", "subprocess.STARTF_USESHOWWINDOW", "subprocess.SW_HIDE",
        "subprocess.CREATE_NO_WINDOW", "subprocess.CREATE_NEW_PROCESS_GROUP", "subprocess.CREATE_NEW_CONSOLE",
        "select.kqueue", "select.kevent", "select.devpoll", "selectors.KqueueSelector", "selectors.DevpollSelector",
        "socket.ioctl", "socket.SIO_RCVALL", "socket.SIO_KEEPALIVE_VALS", "socket.fromshare",
        "ctypes.windll", "ctypes.oledll", "ctypes.WinDLL", "ctypes.OleDLL", "ctypes.WinError", "ctypes.FormatError",
        "ctypes.WINFUNCTYPE", "ctypes.HRESULT", "ctypes.GetLastError", "ctypes.get_last_error",
        "asyncio.ProactorEventLoop", "asyncio.IocpProactor", "asyncio.WindowsSelectorEventLoopPolicy",
        "asyncio.WindowsProactorEventLoopPolicy",
        "mmap.ACCESS_COPY_ON_WRITE", "time.clock",
    }
)  # fmt: skip
"""Names that other platforms and implementations have and a Linux CPython has not either."""

_PRESENT = frozenset(
    {
        "os.fork", "os.getuid", "os.getpid", "os.getppid", "os.uname", "os.register_at_fork", "os.cpu_count",
        "os.symlink", "os.chmod", "os.umask", "os.PathLike", "os.fspath", "os.kill", "os.pipe", "os.environb",
        "os.fsencode", "os.fsdecode", "os.scandir", "os.dup2", "os.isatty", "os.O_NOFOLLOW", "os.O_CLOEXEC",
        "signal.SIGALRM", "signal.SIGHUP", "signal.SIGTERM", "signal.SIGINT", "signal.SIGCHLD", "signal.SIGPIPE",
        "signal.SIGUSR1", "signal.SIGUSR2", "signal.SIGQUIT", "signal.set_wakeup_fd", "signal.pthread_sigmask",
        "select.select", "select.poll", "socket.AF_INET6", "socket.socketpair", "socket.fromfd",
        "sys.getrefcount", "sys._getframe", "sys.gettrace", "sys.exc_info", "sys.setdlopenflags",
        "sys.implementation", "sys.exception", "sys.monitoring", "time.perf_counter", "time.monotonic",
        "asyncio.run", "asyncio.Runner", "asyncio.TaskGroup", "asyncio.to_thread", "asyncio.timeout",
        "inspect.iscoroutinefunction", "inspect.signature", "inspect.isawaitable", "inspect.markcoroutinefunction",
        "types.GenericAlias", "types.UnionType", "types.NoneType", "math.nextafter", "contextlib.nullcontext",
        "functools.cached_property", "functools.cache", "ssl.SSLContext", "ssl.create_default_context",
        "threading.excepthook", "threading.main_thread", "importlib.metadata", "importlib.resources",
    }
)  # fmt: skip
"""Names that checks ask for and that were seen on the target (Pyodide 314.0.7, 2026-11-22)."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A module, or a name in one, by its dotted name."""

    dotted: str
    is_module: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Runtime:
    """The target as far as code can ask for it."""

    python: tuple[int, int]
    """The feature release, for example (3, 14)."""
    missing: Mapping[str, str]
    """Standard-library modules that do not import, submodules by their dotted names among them, each with what
    happens."""
    removed: frozenset[str] = frozenset()
    """Top-level modules that this Python no longer has."""
    missing_attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By module, the names that it lacks."""
    removed_attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By module, the names that only older Pythons had."""
    sockets: bool = False
    """Whether outbound TCP connections work."""
    patches: Mapping[str, Patch] = field(default_factory=dict)
    """By module, what workers-runtime-sdk patches while it is imported."""

    def is_standard(self, module: str) -> bool:
        """Whether the module belongs to the standard library or to the runtime, present or not."""
        root = module.partition(".")[0]
        if root in self.removed:
            return False
        return root in sys.stdlib_module_names or root in _ADDED_SINCE_3_11 or root in _HOST_MODULES

    def why_missing(self, module: str) -> str | None:
        """What importing a standard-library module ends in; None where it works."""
        parts = module.split(".")
        for count in range(1, len(parts) + 1):
            reason = self.missing.get(".".join(parts[:count]))
            if reason is not None:
                return reason
        return None

    def lacks(self, module: str, name: str) -> bool:
        """Whether a standard-library module is there without this name."""
        return (
            name in self.missing_attributes.get(module, ())
            or name in self.removed_attributes.get(module, ())
            or f"{module}.{name}" in _ELSEWHERE
        )

    def lacking_names(self) -> frozenset[str]:
        """Every dotted name that a standard-library module is there without, but for those of older Pythons."""
        lacking = (f"{module}.{name}" for module, names in self.missing_attributes.items() for name in names)
        return _ELSEWHERE.union(lacking)

    def removed_names(self) -> frozenset[str]:
        """Every dotted name that a standard-library module had in older Pythons only."""
        return frozenset(f"{module}.{name}" for module, names in self.removed_attributes.items() for name in names)

    def has(self, module: str, name: str) -> bool | None:
        """Whether a standard-library module has a name; None where that is not known."""
        if self.lacks(module, name):
            return False
        return True if f"{module}.{name}" in _PRESENT else None

    def value(self, dotted: str) -> object:
        """What a name of the standard library holds on the target.

        Raises:
            KeyError: it is not known.
        """
        return _version_values(self.python)[dotted] if dotted in _VERSION_NAMES else _VALUES[dotted]

    def call(self, dotted: str) -> object:
        """What a call gives on the target, whatever its arguments.

        Raises:
            KeyError: it is not known.
        """
        return _CALLS[dotted]


_VALUES: Mapping[str, object] = {
    "sys.platform": "emscripten",
    "os.name": "posix",
    "os.sep": "/",
    "os.path.sep": "/",
    "os.linesep": "\n",
    "os.pathsep": ":",
    "os.altsep": None,
    "sys.byteorder": "little",
    "sys.maxsize": 2**31 - 1,
    "sys.maxunicode": 0x10FFFF,
    "sys.implementation.name": "cpython",
    "sys.implementation.cache_tag": "cpython-314",
    "typing.TYPE_CHECKING": False,
    "typing_extensions.TYPE_CHECKING": False,
}


class Uname(NamedTuple):
    """As ``platform.uname()`` gives it."""

    system: str = "Emscripten"
    node: str = "emscripten"
    release: str = "5.0.3"
    version: str = "#1"
    machine: str = "wasm32"
    processor: str = ""


class PosixUname(NamedTuple):
    """As ``os.uname()`` gives it."""

    sysname: str = "Emscripten"
    nodename: str = "emscripten"
    release: str = "5.0.3"
    version: str = "#1"
    machine: str = "wasm32"


_CALLS: Mapping[str, object] = {
    "platform.system": "Emscripten",
    "platform.machine": "wasm32",
    "platform.python_implementation": "CPython",
    "platform.release": "5.0.3",
    "platform.version": "#1",
    "platform.processor": "",
    "platform.architecture": ("32bit", ""),
    "platform.uname": Uname(),
    "platform.platform": "Emscripten-5.0.3-wasm32-32bit",
    "os.uname": PosixUname(),
    "sysconfig.get_platform": "emscripten-5.0.3-wasm32",
    "multiprocessing.cpu_count": 1,
    "platform.win32_ver": ("", "", "", ""),
    "platform.mac_ver": ("", ("", "", ""), ""),
    "os.cpu_count": 1,
    "ctypes.util.find_library": None,
}

_VERSION_NAMES = frozenset(
    {
        "sys.version_info", "sys.version_info.major", "sys.version_info.minor", "sys.hexversion",
        "sys.implementation.version", "sys.version",
    }
)  # fmt: skip


def _version_values(python: tuple[int, int]) -> Mapping[str, object]:
    major, minor = python
    # The patch release decides nothing that packages ask for; 2 is what 3.13 and 3.14 have.
    version = (major, minor, 2, "final", 0)
    return {
        "sys.version_info": version,
        "sys.implementation.version": version,
        # Asked only for the names of other implementations.
        "sys.version": f"{major}.{minor}.2 (main) [Clang]",
        "sys.version_info.major": major,
        "sys.version_info.minor": minor,
        "sys.hexversion": (major << 24) | (minor << 16) | (2 << 8) | 0xF0,
    }
