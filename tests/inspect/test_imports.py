from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from scanner.inspect.code.site import WheelCode
from scanner.inspect.code.target import Runtime
from scanner.inspect.import_report import ImportReport
from scanner.inspect.imports import find_import_problems, load_runtime
from scanner.model.errors import ArtifactError
from scanner.model.finding import Finding, Level, Strength, When
from scanner.model.rule import Rule
from scanner.runtime.target import choose_target

Files = Mapping[str, str]
Scan = Callable[..., ImportReport]


def wheel(files: Files, name: str = "pkg", scripts: Sequence[tuple[str, str]] = ()) -> WheelCode:
    def read(path: str) -> bytes:
        return files[path].encode()

    return WheelCode(
        filename=f"{name}-1-py3-none-any.whl",
        members=tuple(files),
        read=read,
        distribution=name,
        console_scripts=tuple(scripts),
    )


def report_on(package: WheelCode, *dependencies: WheelCode, runtime: Runtime) -> ImportReport:
    """The report on a package that the project requires itself."""
    codes = {code.distribution: code for code in (package, *dependencies)}
    name = package.distribution
    return find_import_problems(codes, list(codes), called=frozenset({name}), runtime=runtime)[name]


@pytest.fixture
def runtime() -> Runtime:
    """The newest target, as the data tables describe it."""
    return load_runtime(choose_target(date(2026, 11, 17)))


@pytest.fixture
def scan(runtime: Runtime) -> Scan:
    """Gives the report on a package and the wheels it depends on."""

    def run(files: Files | str, *dependencies: WheelCode, **fields: Sequence[tuple[str, str]]) -> ImportReport:
        package = wheel({"pkg/__init__.py": files} if isinstance(files, str) else files, **fields)  # type: ignore[arg-type]
        return report_on(package, *dependencies, runtime=runtime)

    return run


def only(report: ImportReport, rule: Rule) -> Finding:
    (finding,) = (finding for finding in report.findings if finding.rule is rule)
    return finding


def test_a_missing_module_at_import_blocks_with_the_chain(scan: Scan) -> None:
    report = scan({"pkg/__init__.py": "from . import a", "pkg/a.py": "\nimport pwd"})
    finding = only(report, Rule.CS301)
    assert finding.level is Level.BLOCKER
    assert "pkg/__init__.py:1 → pkg/a.py:2 import pwd (the target has no pwd)" in finding.message
    assert [evidence.origin for evidence in finding.evidence] == [
        "pkg-1-py3-none-any.whl: pkg/__init__.py:1",
        "pkg-1-py3-none-any.whl: pkg/a.py:2",
    ]
    assert {evidence.strength for evidence in finding.evidence} == {Strength.PROVEN}


def test_a_package_that_runs_into_nothing_gets_no_finding(scan: Scan) -> None:
    assert scan("import json, os, re, asyncio\nclass A:\n    def f(self):\n        return os.getcwd()").findings == ()


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("import threading\nthreading.Thread(target=print).start()", Rule.CS304),
        ("import subprocess\nsubprocess.run(['ls'])", Rule.CS303),
        ("import ctypes\nctypes.CDLL('libfoo.so')", Rule.CS306),
        ("import socket\nsocket.socketpair()", Rule.CS305),
        ("import os\nos.geteuid()", Rule.CS301),
        ("import sys\nif sys.platform != 'linux':\n    raise ImportError('unsupported platform')", Rule.CS301),
        ("import distutils", Rule.CS301),
        ("print 'Python 2'", Rule.CS301),
    ],
)
def test_what_certainly_fails_at_import_blocks_under_its_rule(scan: Scan, source: str, rule: Rule) -> None:
    blockers = [finding for finding in scan(source).findings if finding.level is Level.BLOCKER]
    assert [finding.rule for finding in blockers] == [rule]


@pytest.mark.parametrize(
    ("body", "rule", "words"),
    [
        ("import pwd", Rule.CS302, "standard library lacks: pwd (pkg/__init__.py:2)"),
        ("import os\n    os.geteuid()", Rule.CS302, "standard library lacks: os.geteuid"),
        ("from hashlib import scrypt", Rule.CS302, "standard library lacks: hashlib.scrypt"),
        ("import signal\n    signal.alarm(1)", Rule.CS302, "standard library lacks: signal.alarm"),
        ("loop.add_signal_handler(1, f)", Rule.CS302, "NotImplementedError"),
        ("import fcntl\n    fcntl.ioctl(f, 1)", Rule.CS302, "reaches no device"),
        ("import subprocess\n    subprocess.Popen('ls')", Rule.CS303, "raises OSError"),
        ("import os\n    os.fork()", Rule.CS303, "raises OSError"),
        ("import multiprocessing\n    multiprocessing.Pool()", Rule.CS303, "_multiprocessing"),
        ("import asyncio\n    asyncio.create_subprocess_exec('ls')", Rule.CS303, "NotImplementedError"),
        ("import threading\n    threading.Timer(1, print)", Rule.CS304, "can't start new thread"),
        ("from concurrent.futures import ThreadPoolExecutor as P\n    P()", Rule.CS304, "can't start new thread"),
        ("import socket\n    s = socket.socket()\n    s.listen()", Rule.CS305, "cannot accept connections"),
        ("import asyncio\n    asyncio.start_server(print)", Rule.CS305, "nothing can listen"),
        ("import ctypes\n    ctypes.CDLL('libfoo.so')", Rule.CS306, "no system libraries"),
    ],
)
def test_what_fails_only_when_it_is_called_is_a_caution(scan: Scan, body: str, rule: Rule, words: str) -> None:
    report = scan(f"def f(loop=None):\n    {body}")
    assert [finding.level for finding in report.findings] == [Level.CAUTION]
    assert words in only(report, rule).message


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    try:\n        import pwd\n    except ImportError:\n        pass",
        "import sys\ndef f():\n    if sys.platform == 'win32':\n        import winreg",
        "import os\ndef f():\n    if hasattr(os, 'geteuid'):\n        os.geteuid()",
        "import socket\ndef f():\n    socket.create_connection(('example.org', 80))",
        "import asyncio\nasync def f():\n    await asyncio.to_thread(print)",
        "import uuid\ndef f():\n    return uuid.uuid4()",
        "def f(signal):\n    signal.alarm(1)",
    ],
)
def test_what_works_when_it_is_called_is_not_mentioned(scan: Scan, source: str) -> None:
    assert scan(source).findings == ()


def test_client_sockets_are_a_caution_where_the_target_has_none() -> None:
    target = choose_target(date(2026, 1, 1))
    runtime = load_runtime(target)
    package = wheel({"pkg.py": "import socket\ndef f():\n    socket.create_connection(('example.org', 80))"})
    assert not target.sockets
    assert only(report_on(package, runtime=runtime), Rule.CS305).level is Level.CAUTION


def test_a_device_that_the_code_does_without_is_not_told(scan: Scan) -> None:
    source = (
        "import fcntl\ndef size(f):\n    try:\n        return fcntl.ioctl(f, 1)\n    except OSError:\n        return 80"
    )
    assert scan(source).findings == ()


def test_a_rule_names_one_place_and_counts_the_others(scan: Scan) -> None:
    calls = "\n".join(f"def f{number}():\n    subprocess.run(['ls'])" for number in range(5))
    finding = only(scan(f"import subprocess\n{calls}"), Rule.CS303)
    assert finding.message == (
        'some calls start processes: subprocess.run, which raises OSError ("emscripten does not support processes")'
        " (pkg/__init__.py:3 and 4 more places)"
    )
    assert len(finding.evidence) == 5


def test_tests_and_programs_of_a_package_are_not_looked_at(scan: Scan) -> None:
    lines = "import pwd"
    assert scan({"pkg/__init__.py": "", "pkg/tests/test_a.py": lines, "pkg/__main__.py": lines}).findings == ()


def test_a_module_that_importing_does_not_reach_is_a_caution(scan: Scan) -> None:
    finding = only(scan({"pkg/__init__.py": "", "pkg/unix.py": "import pwd"}), Rule.CS302)
    assert finding.level is Level.CAUTION
    assert "pwd (pkg/unix.py:1)" in finding.message


def test_a_console_script_that_cannot_start_is_a_caution_with_the_chain(scan: Scan) -> None:
    report = scan(
        {"pkg/__init__.py": "", "pkg/cli.py": "import pwd\ndef main(): ..."}, scripts=[("run", "pkg.cli:main")]
    )
    finding = only(report, Rule.CS301)
    assert finding.level is Level.CAUTION
    assert finding.message.startswith("its console script run cannot start on the target: pkg/cli.py:1 import pwd")


def test_a_console_script_whose_function_fails_is_a_caution(scan: Scan) -> None:
    source = "def main():\n    import subprocess\n    subprocess.run(['ls'])"
    report = scan({"pkg/__init__.py": "", "pkg/cli.py": source}, scripts=[("run", "pkg.cli:main")])
    assert any("console script run cannot start" in finding.message for finding in report.findings)


def test_a_console_script_that_only_reads_its_arguments_can_start(scan: Scan) -> None:
    source = "import sys\ndef main():\n    sys.exit(0)"
    assert scan({"pkg/__init__.py": "", "pkg/cli.py": source}, scripts=[("run", "pkg.cli:main")]).findings == ()


def test_a_failure_that_a_dependency_has_by_itself_is_inherited(scan: Scan) -> None:
    report = scan("import dep", wheel({"dep/__init__.py": "import pwd"}, name="dep"))
    assert report.findings == ()
    assert [finding.level for finding in report.inherited] == [Level.BLOCKER]


def test_a_failure_in_a_part_of_a_dependency_that_it_does_not_import_is_ones_own(scan: Scan) -> None:
    report = scan("import dep.unix", wheel({"dep/__init__.py": "", "dep/unix.py": "import pwd"}, name="dep"))
    finding = only(report, Rule.CS301)
    assert finding.level is Level.BLOCKER
    assert finding.evidence[-1].origin == "dep-1-py3-none-any.whl: dep/unix.py:1"
    assert report.inherited == ()


def test_one_of_several_modules_failing_is_a_caution(scan: Scan) -> None:
    assert only(scan({"one.py": "import pwd", "two.py": ""}), Rule.CS301).level is Level.CAUTION


def test_a_module_that_nothing_provides_is_a_caution_of_its_own(scan: Scan) -> None:
    finding = only(scan("import yaml"), Rule.CS301)
    assert finding.level is Level.CAUTION
    assert "importing it needs yaml, which nothing in the tree provides" in finding.message


def test_a_requirement_left_out_on_the_target_makes_the_import_block(runtime: Runtime) -> None:
    package = WheelCode(
        filename="pkg-1-py3-none-any.whl",
        members=("pkg.py",),
        read=lambda _: b"import Xlib.display",
        distribution="pkg",
        excluded_requirements=("python-xlib",),
    )
    finding = only(report_on(package, runtime=runtime), Rule.CS301)
    assert finding.level is Level.BLOCKER
    assert "python-xlib is excluded on the target by its marker" in finding.message


def test_a_condition_that_only_running_tells_is_a_caution(scan: Scan) -> None:
    finding = only(scan("import time\nif time.time() > 5:\n    import pwd"), Rule.CS301)
    assert finding.level is Level.CAUTION
    assert "may fail" in finding.message


def test_entropy_at_import_is_a_caution(scan: Scan) -> None:
    finding = only(scan("import uuid\nSESSION = uuid.uuid4()"), Rule.CS307)
    assert (finding.level, finding.when) == (Level.CAUTION, When.STARTUP)
    assert finding.message.startswith("calls uuid.uuid4() at import time and gets random numbers")


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("import random\nR = random.Random()", ["random.Random"]),
        ("import random\nR = random.Random(None)", ["random.Random"]),
        ("import random\nR = random.Random(42)", []),
        ("import random\nR = random.Random(x=42)", []),
        ("import numpy.random\nR = numpy.random.default_rng(seed=1)", []),
        ("import tempfile\nD = tempfile.mkdtemp()", []),
        ("import tempfile\nF = tempfile.NamedTemporaryFile()", []),
        ("import ssl\nC = ssl.create_default_context()", ["ssl.create_default_context"]),
        ("import urllib.request\nP = urllib.request.urlopen('https://example.org')", ["urllib.request.urlopen"]),
        ("import socket\nS = socket.create_connection(('example.org', 80))", ["socket.create_connection"]),
        ("import http.client\nC = http.client.HTTPSConnection('example.org')", []),
        ("import os\ndef f():\n    return os.urandom(8)", []),
    ],
)
def test_what_workers_forbid_at_the_top_level(scan: Scan, source: str, named: list[str]) -> None:
    findings = [finding for finding in scan(source).findings if finding.rule is Rule.CS307]
    assert [name for name in named if any(f"calls {name}()" in finding.message for finding in findings)] == named
    assert len(findings) == len(named)
    assert all(
        (finding.level, finding.remedy) == (Level.CAUTION, "import it inside the handler") for finding in findings
    )


@pytest.mark.parametrize(
    ("name", "filename", "files", "count"),
    [
        ("langsmith", "langsmith-1-py3-none-any.whl", ["langsmith/_internal/_constants.py"], 0),
        ("langsmith", "langsmith-1-py3-none-any.whl", ["langsmith/_internal/_other.py"], 1),
        ("fastapi", "fastapi-0.142.0-py3-none-any.whl", ["fastapi/telemetry.py"], 0),
        ("fastapi", "fastapi-0.141.9-py3-none-any.whl", ["fastapi/telemetry.py"], 1),
    ],
)
def test_what_the_sdk_patches_is_no_finding(
    runtime: Runtime, name: str, filename: str, files: list[str], count: int
) -> None:
    module = files[0].removesuffix(".py").replace("/", ".")
    sources = {f"{name}/__init__.py": f"import {module}", files[0]: "import uuid\nKEY = uuid.uuid4()"}
    package = replace(wheel(sources, name), filename=filename)
    findings = report_on(package, runtime=runtime).findings
    assert [finding.rule for finding in findings] == [Rule.CS307] * count


def test_a_patch_holds_for_what_the_module_imports_of_its_own_wheel(runtime: Runtime) -> None:
    sources = {
        "fastapi/__init__.py": "import fastapi.telemetry",
        "fastapi/telemetry/__init__.py": "from fastapi.telemetry import _api",
        "fastapi/telemetry/_api.py": "from keys import create\nKEY = create()",
    }
    keys = wheel({"keys.py": "import uuid\ndef create():\n    return uuid.uuid4()"}, "keys")
    package = replace(wheel(sources, "fastapi"), filename="fastapi-0.142.0-py3-none-any.whl")
    assert report_on(package, keys, runtime=runtime).findings == ()
    other = wheel({"keys.py": "import uuid\nKEY = uuid.uuid4()\ndef create():\n    return KEY"}, "keys")
    findings = report_on(package, other, runtime=runtime).findings
    assert [finding.rule for finding in findings] == [Rule.CS307]


def test_a_package_is_told_of_each_dependency_that_workers_forbid_at_the_top_level(scan: Scan) -> None:
    secret = wheel({"secret.py": "import os\nKEY = os.urandom(8)"}, "secret")
    hidden = wheel({"hidden.py": "import os\nKEY = os.urandom(8)"}, "hidden")
    report = scan("import secret, hidden, os\nKEY = os.urandom(8)", secret, hidden)
    causes = [finding.cause.name if finding.cause else None for finding in report.findings]
    assert sorted(map(str, causes)) == ["None", "hidden", "secret"]


def test_a_reached_module_that_cannot_be_read_leaves_the_verdict_open(scan: Scan) -> None:
    finding = only(scan({"pkg/__init__.py": "from . import a", "pkg/a.py": "(" * 100_000}), Rule.CS505)
    assert finding.rule.leaves_unknown
    assert "pkg/a.py" in finding.message


def test_an_unreadable_module_that_is_not_reached_is_nothing(scan: Scan) -> None:
    assert scan({"pkg/__init__.py": "", "pkg/old.py": "print 'pwd'"}).findings == ()


def test_an_archive_that_cannot_be_read_leaves_the_verdict_open(runtime: Runtime) -> None:
    def refuse(path: str) -> bytes:
        raise ArtifactError("pkg.whl", f"{path} has a wrong checksum")

    package = WheelCode(filename="pkg.whl", members=("pkg.py",), read=refuse, distribution="pkg")
    finding = only(report_on(package, runtime=runtime), Rule.CS505)
    assert "pkg.py has a wrong checksum" in finding.message


def test_the_report_names_the_modules_that_importing_certainly_runs(scan: Scan) -> None:
    report = scan(
        {
            "pkg/__init__.py": "import time\nfrom . import a\nif time.time() > 5:\n    from . import b",
            "pkg/a.py": "",
            "pkg/b.py": "",
        }
    )
    assert {"pkg", "pkg.a"} <= report.import_time_modules
    assert "pkg.b" not in report.import_time_modules


def test_a_name_that_the_module_itself_gives_is_no_caution(scan: Scan) -> None:
    code = "import os\nif not hasattr(os, 'geteuid'):\n    os.geteuid = os.getpid\n"
    uses = "def is_root():\n    return os.geteuid() == 0\n"
    assert scan(f"{code}x = {{os.geteuid: 'x'}}\n{uses}").findings == ()
    assert only(scan(f"import os\n{uses}"), Rule.CS302).level is Level.CAUTION
    aside = {"pkg/__init__.py": "", "pkg/later.py": f"{code}{uses}"}
    assert scan(aside).findings == ()
