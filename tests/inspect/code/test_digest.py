from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspect.code.digest import CodeDigest, parse_digest
from scanner.inspect.code.module_facts import read_facts
from scanner.inspect.code.reader import CodeReader
from scanner.inspect.code.runtime import Runtime
from scanner.inspect.code.site import WheelCode, find_modules

SOURCE = b"""
import os, sys, subprocess
from .compat import *
try:
    import pwd
except (ImportError, OSError) as error:
    pwd = None
if sys.platform == "win32" or not pwd:
    FLAG = sys.version_info[:2] >= (3, 8)
for name in ("a", -1, None, True, 1.5):
    __import__(name)
class A(Base, metaclass=M):
    def __init__(self, x=1, *, y="z"):
        self.run(x, key=y)
    def run(self, x):
        if hasattr(os, "geteuid"):
            raise OSError(f"no {x}")
        return subprocess.run(["ls"])
match sys.platform:
    case "linux" | "darwin":
        A()
"""


def test_a_digest_survives_json(runtime: Runtime) -> None:
    facts = read_facts(SOURCE, name="pkg.a", path="pkg/a.py", is_package=False, runtime=runtime)
    digest = CodeDigest(python="3.14", modules={"pkg.a": facts}, quiet=frozenset({"pkg.b"}))
    assert facts.functions
    assert parse_digest(digest.to_json()) == digest


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"shape": 0}', '{"shape": 2, "python": "3.14", "modules": [[99]], "quiet": []}']
)
def test_what_is_no_digest_is_read_as_absent(text: str) -> None:
    assert parse_digest(text) is None


VALUES = st.none() | st.booleans() | st.integers(0, 40) | st.text(max_size=5)


@given(st.recursive(VALUES, lambda inner: st.lists(inner, max_size=5)))
def test_no_content_of_a_digest_raises(modules: object) -> None:
    shape = json.loads(CodeDigest(python="3.14").to_json())["shape"]
    text = json.dumps({"shape": shape, "python": "3.14", "modules": [modules], "quiet": []})
    digest = parse_digest(text)
    assert digest is None or all(isinstance(name, str) for name in digest.modules)


def test_a_reader_with_a_digest_asks_for_no_bytes(runtime: Runtime, make_wheel_code: Callable[..., WheelCode]) -> None:
    wheel = make_wheel_code({"pkg/__init__.py": "import pwd", "pkg/plain.py": "x = 1"})
    first = CodeReader(runtime)
    for file in find_modules(wheel):
        first.read_suspicious(file)
    silent = WheelCode(filename=wheel.filename, members=wheel.members, read=_refuse)
    second = CodeReader(runtime, {wheel.filename: first.digest(wheel)})
    facts = [second.read_suspicious(file) for file in find_modules(silent)]
    assert [fact.name for fact in facts if fact is not None] == ["pkg"]


def test_a_digest_for_another_python_is_not_used(runtime: Runtime, make_wheel_code: Callable[..., WheelCode]) -> None:
    wheel = make_wheel_code({"pkg/__init__.py": "import pwd"})
    (file,) = find_modules(wheel)
    reader = CodeReader(runtime, {wheel.filename: CodeDigest(python="3.12", quiet=frozenset({"pkg"}))})
    assert reader.read_suspicious(file) is not None


def _refuse(path: str) -> bytes:
    raise AssertionError(f"{path} was asked for")
