from __future__ import annotations

import ast

import pytest

from scanner.inspect.code.module_facts import read_facts
from scanner.inspect.code.names import collect_names
from scanner.inspect.code.runtime import Runtime
from scanner.inspect.code.telling import find_idle_functions
from scanner.inspect.code.words import collect_words


def list_read(source: str, runtime: Runtime) -> list[str]:
    """The names of the functions that are read."""
    tree = ast.parse(source)
    words = collect_words((*runtime.missing, *runtime.removed), runtime.lacking_names())
    idle = find_idle_functions(tree, source.encode(), collect_names(tree.body, "pkg"), words.telling)
    every = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return sorted(node.name for node in every if node not in idle)


@pytest.mark.parametrize(
    "source",
    [
        "import subprocess\ndef f(x):\n    subprocess.run(x)\n",
        "from subprocess import run as start_it\ndef f(x):\n    start_it(x)\n",
        "import subprocess as sp\ndef f(x):\n    sp.Popen(x)\n",
        "import subprocess as s\ndef f(x):\n    s.Popen(x)\n",
        "import subprocess\nspawn = subprocess.Popen\ndef f(x):\n    spawn(x)\n",
        "import os\ndef f(x):\n    os.fork()\n",
        "import os\ndef f(x):\n    os.geteuid()\n",
        "def f(x):\n    import pwd\n",
        "import importlib\ndef f(x):\n    importlib.import_module(x)\n",
        "def f(loop):\n    loop.add_signal_handler(1, None)\n",
        "def f(x):\n    raise NotImplementedError\n",
        "import os\ndef f(x):\n    with x:\n        if os.name == 'posix':\n            raise OSError\n",
        "def f(x):\n    for y in x:\n        pass\n    else:\n        raise OSError\n",
        "import sys\ndef f(x):\n    return sys.platform\n",
        "def f():\n    return True\n",
        "def f(x):\n    exit(1)\n",
    ],
)
def test_a_function_that_can_fail_or_tell_platforms_apart_is_read(source: str, runtime: Runtime) -> None:
    assert list_read(source, runtime) == ["f"]


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return x + 1\n",
        "def f(x):\n    if x < 0:\n        raise ValueError(x)\n    return x\n",
        "import subprocess\ndef f(x):\n    return x.run()\n",
        "import socket\ndef f(x):\n    return x.strip()\n",
        "class A:\n    def f(self, x):\n        self.x = x\n",
    ],
)
def test_a_function_that_can_do_neither_is_not_read(source: str, runtime: Runtime) -> None:
    assert list_read(source, runtime) == []


def test_what_calls_a_telling_function_is_read_too(runtime: Runtime) -> None:
    source = (
        "def a(x):\n    b(x)\ndef b(x):\n    c(x)\ndef c(x):\n    import pwd\n"
        "def d(x):\n    x.c()\ndef e(x):\n    return x.b\n"
    )
    assert list_read(source, runtime) == ["a", "b", "c"]


def test_a_method_is_called_by_way_of_its_instance(runtime: Runtime) -> None:
    source = "class A:\n    def a(self, x):\n        self.b(x)\n    def b(self, x):\n        import pwd\n"
    assert list_read(source, runtime) == ["a", "b"]


def test_what_makes_an_instance_is_called_by_the_names_of_the_class_and_its_heirs(runtime: Runtime) -> None:
    source = (
        "class A:\n    def __init__(self, x):\n        import pwd\n"
        "class B(A):\n    pass\n"
        "def a(x):\n    A(x)\ndef b(x):\n    B(x)\ndef c(x):\n    C(x)\n"
    )
    assert list_read(source, runtime) == ["__init__", "a", "b"]


def test_a_method_of_an_instance_that_another_function_made_is_read(runtime: Runtime) -> None:
    source = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "class A:\n"
        "    def a(self, x):\n        self.pool = ThreadPoolExecutor()\n"
        "    def b(self, x):\n        self.pool.submit(x)\n"
        "    def c(self, x):\n        self.x = x\n"
    )
    assert list_read(source, runtime) == ["a", "b"]


def test_leaving_functions_out_loses_no_fact_that_matters(runtime: Runtime) -> None:
    data = (
        b"import subprocess, sys\n"
        b"def idle(x):\n    return x * 2\n"
        b"def check(x):\n    if sys.platform == 'emscripten':\n        raise OSError(x)\n"
        b"def start(x):\n    subprocess.run(idle(x))\n"
        b"check(1)\n"
    )
    words = collect_words((*runtime.missing, *runtime.removed), runtime.lacking_names())
    everything = read_facts(data, name="pkg", path="pkg.py", is_package=False, runtime=runtime)
    assert read_facts(data, name="pkg", path="pkg.py", is_package=False, runtime=runtime, words=words) == everything
    assert {function.name for function in everything.functions} == {"check", "start"}
