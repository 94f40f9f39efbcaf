from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from scanner.inspect.code.blocks import run_block
from scanner.inspect.code.failure import Failure
from scanner.inspect.code.frames import World
from scanner.inspect.code.importer import Importer
from scanner.inspect.code.module_facts import read_facts
from scanner.inspect.code.runtime import Runtime
from scanner.inspect.code.site import SourceFile, WheelCode, build_site
from scanner.inspect.code.steps import ModuleFacts

Files = Mapping[str, str | bytes]


@pytest.fixture
def runtime() -> Runtime:
    """A target of its own, so that no test hangs on what the data tables say today."""
    return Runtime(
        python=(3, 14),
        missing={
            "pwd": "ModuleNotFoundError",
            "curses": "ModuleNotFoundError",
            "msvcrt": "ModuleNotFoundError",
            "multiprocessing.shared_memory": "ModuleNotFoundError",
        },
        removed=frozenset({"distutils", "imp", "pkg_resources"}),
        missing_attributes={
            "os": frozenset({"geteuid", "sched_getaffinity"}),
            "socket": frozenset({"AF_UNIX"}),
            "collections": frozenset({"Callable"}),
        },
        sockets=True,
    )


@pytest.fixture
def make_wheel_code() -> Callable[..., WheelCode]:
    """Makes the code of a wheel from its files, source text by path."""

    def make(files: Files, name: str = "pkg", **fields: object) -> WheelCode:
        def read(path: str) -> bytes:
            content = files[path]
            return content if isinstance(content, bytes) else content.encode()

        wheel = WheelCode(filename=f"{name}-1-py3-none-any.whl", members=tuple(files), read=read, distribution=name)
        for field, value in fields.items():
            object.__setattr__(wheel, field, value)
        return wheel

    return make


@pytest.fixture
def make_importer(runtime: Runtime) -> Callable[..., Importer]:
    """Makes an importer over wheels."""

    def read(file: SourceFile) -> ModuleFacts:
        data = file.wheel.read(file.path)
        return read_facts(data, name=file.module, path=file.path, is_package=file.is_package, runtime=runtime)

    def make(*wheels: WheelCode) -> Importer:
        return Importer(World(runtime, build_site(wheels)), read, run_block)

    return make


@pytest.fixture
def import_package(
    make_wheel_code: Callable[..., WheelCode], make_importer: Callable[..., Importer]
) -> Callable[..., Failure | None]:
    """Gives what importing ``pkg`` ends in; a string is the whole of ``pkg/__init__.py``."""

    def run(files: Files | str) -> Failure | None:
        wheel = make_wheel_code({"pkg/__init__.py": files} if isinstance(files, str) else files)
        return make_importer(wheel).import_entry("pkg")

    return run
