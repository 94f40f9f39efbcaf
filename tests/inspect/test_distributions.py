"""What a scan learns from the code of what a tree would install."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import Result

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeSdist, MakeWheel

REFUSES = "import sys\nif sys.platform != 'linux':\n    raise NotImplementedError('only Linux')\n"
SCRIPT = "from setuptools import setup\nsetup(name='alpha', packages=['alpha'])\n"

Scan = Callable[..., dict[str, dict[str, Any]]]


@pytest.fixture
def scan(run: Callable[..., Result], tmp_path: Path) -> Scan:
    """The judgements on a requirements file by their names."""

    def judge(text: str, *words: str) -> dict[str, dict[str, Any]]:
        (tmp_path / "requirements.txt").write_text(text, encoding="utf-8")
        result = run("requirements.txt", "--format", "json", *words)
        return {one["name"]: one for one in json.loads(result.stdout)["projects"][0]["dependencies"]}

    return judge


def _rules(judgement: dict[str, Any], level: str) -> list[str]:
    return [finding["rule"] for finding in judgement["findings"] if finding["level"] == level]


def test_the_code_of_a_source_distribution_is_followed(scan: Scan, index: FakeIndex, make_sdist: MakeSdist) -> None:
    index.add(make_sdist("alpha", files={"setup.py": SCRIPT, "alpha/__init__.py": REFUSES}))
    alpha = scan("alpha")["alpha"]
    assert alpha["verdict"] == "container"
    assert _rules(alpha, "blocker") == ["CS301"]
    assert alpha["findings"][-1]["evidence"][0]["origin"] == "alpha-1.0.tar.gz: alpha/__init__.py:3"


def test_a_large_table_in_a_source_distribution_is_read(scan: Scan, index: FakeIndex, make_sdist: MakeSdist) -> None:
    table = "P = {\n" + "".join(f"    {number!r}: {-number / 7!r},\n" for number in range(50_000)) + "}\n"
    assert len(table) > 1024 * 1024
    files = {"setup.py": SCRIPT, "alpha/__init__.py": "from alpha.table import P\n", "alpha/table.py": table}
    index.add(make_sdist("alpha", files=files))
    assert scan("alpha")["alpha"]["verdict"] == "workers"


def test_what_a_source_distribution_does_not_install_is_not_followed(
    scan: Scan, index: FakeIndex, make_sdist: MakeSdist
) -> None:
    index.add(make_sdist("alpha", files={"setup.py": SCRIPT, "alpha/__init__.py": "", "tests/__init__.py": REFUSES}))
    assert scan("alpha")["alpha"]["verdict"] == "workers"


def test_a_wheel_knows_the_modules_of_a_source_distribution(
    scan: Scan, index: FakeIndex, make_sdist: MakeSdist, make_wheel: MakeWheel
) -> None:
    index.add(make_sdist("alpha", files={"setup.py": SCRIPT, "alpha/__init__.py": "", "alpha/deep.py": REFUSES}))
    index.add(make_wheel("beta", requires=["alpha"], files={"beta.py": "import alpha.deep\n"}))
    judged = scan("beta")
    assert judged["alpha"]["verdict"] == "workers"
    assert _rules(judged["beta"], "blocker") == ["CS301"]


def test_a_requirement_that_the_target_leaves_out_is_missed(
    scan: Scan, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    needs = {"beta.py": "import alpha\n"}
    index.add(make_wheel("beta", requires=["alpha; sys_platform == 'linux'"], files=needs))
    index.add(make_wheel("gamma", requires=["alpha; extra == 'fast'"], files={"gamma.py": "import alpha\n"}))
    judged = scan("beta\ngamma")
    assert "excluded on the target" in judged["beta"]["findings"][0]["message"]
    assert judged["beta"]["verdict"] == "container"
    assert judged["gamma"]["verdict"] == "workers"


FAILING = {"trio.py": "raise NotImplementedError('unsupported platform')\n"}


def test_an_import_that_comes_late_is_a_caution(scan: Scan, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("trio", files=FAILING))
    late = {"app/__init__.py": "", "app/bidi.py": "def start():\n    import trio\n"}
    index.add(make_wheel("app", requires=["trio"], files=late))
    judged = scan("app")
    assert {name: one["verdict"] for name, one in judged.items()} == {"app": "workers", "trio": "workers"}
    assert _rules(judged["app"], "caution") == ["CS109"]
    assert "first at app/bidi.py:2" in judged["app"]["findings"][0]["message"]
    assert _rules(judged["trio"], "caution") == ["CS301"]


@pytest.mark.parametrize(
    ("code", "wanted", "words"),
    [
        ("import trio\n", "app", ()),
        ("def start():\n    import trio\n", "app\ntrio", ()),
        ("def start():\n    import trio\n", "app", ("--no-inspect",)),
    ],
    ids=["imported at once", "a direct dependency", "not looked into"],
)
def test_an_import_that_counts(
    scan: Scan, index: FakeIndex, make_wheel: MakeWheel, *, code: str, wanted: str, words: tuple[str, ...]
) -> None:
    index.add(make_wheel("trio", files=FAILING))
    index.add(make_wheel("app", requires=["trio"], files={"app.py": code}))
    judged = scan(wanted, *words)
    expected = "workers" if words else "container"
    assert judged["trio"]["verdict"] == expected
    assert judged["app"]["verdict"] == ("workers" if "trio" in wanted else expected)


def test_a_missing_wheel_counts_wherever_it_is_imported(scan: Scan, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("trio", tag="cp314-cp314-manylinux_2_28_x86_64"))
    index.add(make_wheel("app", requires=["trio"], files={"app.py": "def start():\n    import trio\n"}))
    judged = scan("app")
    assert judged["app"]["verdict"] == "container"
    assert _rules(judged["app"], "blocker") == ["CS109"]
