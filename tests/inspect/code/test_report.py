from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from scanner.inspect.code.findings import make_report
from scanner.inspect.code.report import PackageReport, TreeEvaluation
from scanner.inspect.code.site import WheelCode
from scanner.inspect.code.target import Runtime
from scanner.inspect.import_report import ImportReport
from scanner.model.finding import Level
from scanner.model.rule import Rule
from scanner.runtime.tables import Patch, PatchKind

MakeWheel = Callable[..., WheelCode]
Evaluate = Callable[..., dict[str, PackageReport]]


@pytest.fixture
def evaluate(runtime: Runtime) -> Evaluate:
    """Gives the reports on all packages of a tree, by their names."""

    def run(*wheels: WheelCode, called: bool = True) -> dict[str, PackageReport]:
        codes = {wheel.distribution: wheel for wheel in wheels}
        keys = list(codes)
        return TreeEvaluation(runtime, codes).report(keys, called=frozenset(keys) if called else frozenset())

    return run


@pytest.fixture
def scan(evaluate: Evaluate, make_wheel_code: MakeWheel, runtime: Runtime) -> Callable[..., ImportReport]:
    """Gives the findings on one package."""

    def run(source: str, **fields: object) -> ImportReport:
        wheel = make_wheel_code(source, **fields)
        return make_report(evaluate(wheel)["pkg"], wheel.filename, runtime, {})

    return run


def test_a_failure_names_the_wheel_in_which_it_ends(evaluate: Evaluate, make_wheel_code: MakeWheel) -> None:
    wheels = (
        make_wheel_code("import dep.unix"),
        make_wheel_code({"dep/__init__.py": "", "dep/unix.py": "import pwd"}, "dep"),
    )
    (problem,) = evaluate(*wheels)["pkg"].problems
    assert (problem.kind, problem.culprit) == ("import", "dep-1-py3-none-any.whl")
    assert [(hop.path, hop.line) for hop in problem.failure.chain] == [("pkg/__init__.py", 1), ("dep/unix.py", 1)]


def test_a_failure_that_a_dependency_has_by_itself_is_inherited(evaluate: Evaluate, make_wheel_code: MakeWheel) -> None:
    reports = evaluate(make_wheel_code("import dep"), make_wheel_code("import pwd", "dep"))
    assert reports["pkg"].problems == ()
    assert [problem.kind for problem in reports["pkg"].inherited] == ["import"]
    assert [problem.kind for problem in reports["dep"].problems] == ["import"]


def test_an_unknown_condition_makes_a_failure_possible(evaluate: Evaluate, make_wheel_code: MakeWheel) -> None:
    report = evaluate(make_wheel_code("import time\nif time.time() > 5:\n    import pwd"))["pkg"]
    assert [problem.kind for problem in report.problems] == ["possible"]
    assert evaluate(make_wheel_code("import time\nif time.time() > 5:\n    import json"))["pkg"].problems == ()


def test_entropy_at_import_time_is_a_note_unless_the_runtime_patches_the_module(
    runtime: Runtime, make_wheel_code: MakeWheel
) -> None:
    wheel = make_wheel_code("import os\nKEY = os.urandom(32)")
    plain = TreeEvaluation(runtime, {"pkg": wheel}).report(["pkg"], called=frozenset())
    assert [note.subject for note in plain["pkg"].notes] == ["os.urandom"]
    patch = Patch(module="pkg", kind=PatchKind.ENTROPY, distribution=None, minimum_version=None)
    patched = TreeEvaluation(replace(runtime, patches={"pkg": patch}), {"pkg": wheel})
    assert patched.report(["pkg"], called=frozenset())["pkg"].notes == ()


def test_only_modules_that_certainly_run_are_import_time_modules(
    evaluate: Evaluate, make_wheel_code: MakeWheel
) -> None:
    source = "import time\nfrom . import a\nif time.time() > 5:\n    from . import b"
    report = evaluate(make_wheel_code({"pkg/__init__.py": source, "pkg/a.py": "", "pkg/b.py": ""}))["pkg"]
    assert "pkg.a" in report.import_time_modules
    assert "pkg.b" not in report.import_time_modules


def test_a_console_script_that_cannot_start_is_reported(evaluate: Evaluate, make_wheel_code: MakeWheel) -> None:
    source = "def main():\n    import subprocess\n    subprocess.run(['ls'])"
    (problem,) = evaluate(make_wheel_code(source, console_scripts=(("run", "pkg:main"),)))["pkg"].problems
    assert (problem.kind, problem.names) == ("script", ("run",))


@pytest.mark.parametrize(
    ("body", "rule", "name"),
    [
        ("import pwd", Rule.CS302, "pwd"),
        ("import os\n    os.geteuid()", Rule.CS302, "os.geteuid"),
        ("from hashlib import scrypt", Rule.CS302, "hashlib.scrypt"),
        ("loop.add_signal_handler(1, f)", Rule.CS302, "*.add_signal_handler"),
        ("import subprocess\n    subprocess.Popen('ls')", Rule.CS303, "subprocess.Popen"),
        ("import multiprocessing\n    multiprocessing.Pool()", Rule.CS303, "multiprocessing.Pool"),
        ("import threading\n    threading.Timer(1, print)", Rule.CS304, "threading.Timer"),
        ("import socket\n    s = socket.socket()\n    s.listen()", Rule.CS305, "socket.socket().listen"),
        ("import ctypes\n    ctypes.CDLL('libfoo.so')", Rule.CS306, "ctypes.CDLL"),
    ],
)
def test_what_fails_only_when_it_is_called_is_a_use(
    evaluate: Evaluate, make_wheel_code: MakeWheel, body: str, rule: Rule, name: str
) -> None:
    wheel = make_wheel_code(f"def f(loop=None):\n    {body}")
    assert [(use.rule, use.name) for use in evaluate(wheel)["pkg"].uses] == [(rule, name)]
    assert evaluate(wheel, called=False)["pkg"].uses == ()


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    try:\n        import pwd\n    except ImportError:\n        pass",
        "import sys\ndef f():\n    if sys.platform == 'win32':\n        import winreg",
        "import os\ndef f():\n    if hasattr(os, 'geteuid'):\n        os.geteuid()",
        "import os\ndef f():\n    return hasattr(os, 'geteuid') and os.geteuid()",
        "import platform\ndef f():\n    if platform.python_implementation() == 'PyPy':\n        import pwd",
        "import socket\ndef f():\n    socket.create_connection(('example.org', 80))",
        "import uuid\ndef f():\n    return uuid.uuid4()",
        "def f(signal):\n    signal.alarm(1)",
        "import os\ndef f():\n    os.startfile('x')",
    ],
)
def test_what_works_when_it_is_called_is_no_use(evaluate: Evaluate, make_wheel_code: MakeWheel, source: str) -> None:
    assert evaluate(make_wheel_code(source))["pkg"].uses == ()


def test_a_blocker_tells_the_chain(scan: Callable[..., ImportReport]) -> None:
    (finding,) = scan("\nimport pwd").findings
    assert finding.level is Level.BLOCKER
    assert finding.message == (
        "importing pkg fails on the target: pkg/__init__.py:2 import pwd (the target has no pwd)"
    )


def test_a_module_that_nothing_provides_is_a_caution(scan: Callable[..., ImportReport]) -> None:
    (finding,) = scan("import yaml_of_nobody").findings
    assert finding.level is Level.CAUTION
    assert "needs yaml_of_nobody, which nothing in the tree provides" in finding.message


def test_an_evaluation_that_would_not_end_leaves_calls_alone(scan: Callable[..., ImportReport]) -> None:
    calls = "\n".join(f"def f{i + 1}():\n" + f"    f{i}()\n" * 20 for i in range(12))
    assert scan(f"def f0():\n    import json\n{calls}\nf12()\nimport pwd").findings[0].rule is Rule.CS301


def test_what_an_entry_module_runs_into_at_the_top_level_is_kept_the_certain_first(
    scan: Callable[..., ImportReport],
) -> None:
    source = "import os, time\nif time.time() > 5:\n    os.urandom(1)\nimport uuid\nKEY = uuid.uuid4()"
    (stop,) = scan(source).startup
    assert (stop.module, stop.is_certain) == ("pkg", True)
    assert stop.outcome.startswith("calls uuid.uuid4() at import time")
    assert scan("import os\ndef f():\n    os.urandom(1)").startup == ()


def test_a_module_that_cannot_be_opened_still_has_hazards(runtime: Runtime, make_wheel_code: MakeWheel) -> None:
    numpy = WheelCode(filename="numpy", members=(), read=lambda _: b"", distribution="numpy", opaque_names=("numpy",))
    for call, count in (("default_rng()", 1), ("default_rng(5)", 0), ("zeros()", 0)):
        codes = {"pkg": make_wheel_code(f"import numpy.random\nR = numpy.random.{call}"), "numpy": numpy}
        notes = TreeEvaluation(runtime, codes).report(["pkg"], called=frozenset())["pkg"].notes
        assert [note.subject for note in notes] == ["numpy.random.default_rng"] * count
