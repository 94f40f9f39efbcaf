"""The process between the scanner and Node, with a stand-in for Node that does what the test says."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.inspect.pyodide.probe import NodeProbe
from scanner.inspect.pyodide.runtime import PyodideRuntime

MakeProbe = Callable[[str], NodeProbe]


@pytest.fixture
def make_probe(tmp_path: Path) -> MakeProbe:
    """A probe whose Node is a Python script; ``job`` is what came by standard input, ``say`` answers a line."""

    def make(body: str) -> NodeProbe:
        node = tmp_path / "bin" / "node"
        node.parent.mkdir(exist_ok=True)
        head = (
            f"#!{sys.executable}\nimport json, os, sys, time\njob = json.load(sys.stdin)\n"
            "def say(**row):\n    print(json.dumps({'token': job['token'], **row}), flush=True)\n"
        )
        node.write_text(head + body, encoding="utf-8")
        node.chmod(0o755)
        runtime = PyodideRuntime(node=node, folder=tmp_path / "pyodide", permission_flag="--permission")
        return NodeProbe(runtime=runtime, timeout_seconds=20)

    return make


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "tree" / "site"
    folder.mkdir(parents=True)
    return folder


def test_each_module_has_its_answer_in_order(make_probe: MakeProbe, site: Path) -> None:
    probe = make_probe("for m in job['modules']:\n    say(module=m, ok=m != 'b', error='OSError', trace=['b.py:1'])\n")
    outcomes = probe.import_modules(site, ["a", "b", "c"])
    assert [(outcome.module, outcome.ok, outcome.error) for outcome in outcomes] == [
        ("a", True, None),
        ("b", False, "OSError"),
        ("c", True, None),
    ]


def test_a_module_that_ends_the_process_is_told_and_the_others_are_tried(make_probe: MakeProbe, site: Path) -> None:
    probe = make_probe("for m in job['modules']:\n    m == 'b' and os._exit(7)\n    say(module=m, ok=True)\n")
    outcomes = probe.import_modules(site, ["a", "b", "c"])
    assert [outcome.error for outcome in outcomes] == [None, "crash", None]
    assert "exit code 7" in outcomes[1].message


def test_a_crash_that_does_not_happen_again_is_forgotten(make_probe: MakeProbe, site: Path) -> None:
    body = (
        "flag = os.path.join(job['site'], 'seen')\nif not os.path.exists(flag):\n    open(flag, 'w')\n    os._exit(1)\n"
    )
    (outcome,) = make_probe(body + "say(module='a', ok=True)\n").import_modules(site, ["a"])
    assert outcome.ok


def test_what_a_crashed_process_said_is_told(make_probe: MakeProbe, site: Path) -> None:
    (outcome,) = make_probe("sys.exit('note\\nRangeError: out of memory\\nnote')\n").import_modules(site, ["a"])
    assert outcome.message.endswith("RangeError: out of memory")


def test_a_module_that_never_ends_is_stopped(make_probe: MakeProbe, site: Path) -> None:
    probe = make_probe("time.sleep(3600)\n")
    impatient = NodeProbe(runtime=probe.runtime, timeout_seconds=0.2)
    (outcome,) = impatient.import_modules(site, ["a"])
    assert outcome.error == "timeout"


def test_what_imported_code_prints_is_no_answer(make_probe: MakeProbe, site: Path) -> None:
    body = "print('{\"module\": \"a\", \"ok\": true}')\nprint('[' * 100000)\nprint('\\udcff' if 0 else 'noise')\n"
    (outcome,) = make_probe(body + "say(module='a', ok=False, error='OSError')\n").import_modules(site, ["a"])
    assert (outcome.ok, outcome.error) == (False, "OSError")


def test_names_travel_by_standard_input_and_the_environment_is_empty(make_probe: MakeProbe, site: Path) -> None:
    body = (
        "say(module=job['modules'][0], ok=False, error=' '.join(sys.argv[1:]), message=','.join(sorted(os.environ)))\n"
    )
    (outcome,) = make_probe(body).import_modules(site, ["a; touch owned"])
    assert "owned" not in str(outcome.error)
    assert "--permission" in str(outcome.error)
    assert "--allow-fs-write" not in str(outcome.error)
    assert set(outcome.message.split(",")) <= {"LC_CTYPE", "NODE_NO_WARNINGS", "PATH"}


def test_a_host_that_gives_nothing_is_told_with_the_names(make_probe: MakeProbe, site: Path) -> None:
    assert make_probe("say(missing=['numpy'])\n").find_host_failure(site, ["numpy"]) == "numpy could not be fetched"
    assert make_probe("say(missing=[])\n").find_host_failure(site, ["numpy"]) is None
    assert "exit code 1" in str(make_probe("sys.exit(1)\n").find_host_failure(site, ["numpy"]))


def test_offline_the_host_is_not_asked(make_probe: MakeProbe, site: Path) -> None:
    probe = make_probe("say(missing=[])\n")
    offline = NodeProbe(runtime=probe.runtime, offline=True)
    assert offline.find_host_failure(site, ["numpy"]) == "the network is not to be used"
