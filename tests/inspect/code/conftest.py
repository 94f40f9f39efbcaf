from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from scanner.inspect.code.engine import import_entry, make_machine
from scanner.inspect.code.failure import Failure
from scanner.inspect.code.site import WheelCode, build_site
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.target import Runtime, build_runtime
from scanner.runtime.tables import load_stdlib
from scanner.runtime.target import choose_target

Files = Mapping[str, str | bytes]


@pytest.fixture(scope="session")
def runtime() -> Runtime:
    """The newest target, as the data tables describe it."""
    return build_runtime(choose_target(date(2026, 11, 17)), load_stdlib("3.14"))


@pytest.fixture(scope="session")
def make_wheel_code() -> Callable[..., WheelCode]:
    """Makes the code of a wheel from its files, source text by path."""

    def make(files: Files | str, name: str = "pkg", **fields: object) -> WheelCode:
        members = {f"{name}/__init__.py": files} if isinstance(files, str) else files

        def read(path: str) -> bytes:
            content = members[path]
            return content if isinstance(content, bytes) else content.encode()

        wheel = WheelCode(filename=f"{name}-1-py3-none-any.whl", members=tuple(members), read=read, distribution=name)
        for field, value in fields.items():
            object.__setattr__(wheel, field, value)
        return wheel

    return make


@pytest.fixture
def import_all(
    runtime: Runtime, make_wheel_code: Callable[..., WheelCode]
) -> Callable[..., tuple[Failure | None, Machine]]:
    """Gives what importing ``pkg`` ends in, and the evaluation; the first argument is its files or its whole source."""

    def run(files: Files | str, *others: WheelCode, entry: str = "pkg") -> tuple[Failure | None, Machine]:
        machine = make_machine(runtime, build_site([make_wheel_code(files), *others]))
        return import_entry(machine, entry), machine

    return run
