"""What services take over, from which date on, and what the written Worker has for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scanner.plan.services import merge_bindings
from scanner.runtime.tables import load_workloads, load_wrangler_keys

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

LINUX = "py3-none-manylinux_2_28_x86_64"


@pytest.fixture
def _packages(index: FakeIndex, make_wheel: MakeWheel) -> None:
    for name in ("psycopg2-binary", "mysqlclient", "playwright", "torch", "uwsgi"):
        index.add(make_wheel(name, tag=LINUX))
    for name in ("asyncpg", "aiomysql", "beta"):
        index.add(make_wheel(name))


def _plan(run: Run, text: str, *words: str) -> dict[str, Any]:
    result = run("plan", "requirements.txt", "--format", "json", *words, files={"requirements.txt": text})
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def _config(tmp_path: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((tmp_path / "out/worker/wrangler.jsonc").read_text(encoding="utf-8"))
    return config


@pytest.mark.usefixtures("_packages")
def test_the_worker_is_bound_to_what_takes_work_over(run: Run, tmp_path: Path) -> None:
    _plan(run, "psycopg2-binary\nmysqlclient\nplaywright\ntorch\n", "--write", "out")
    config = _config(tmp_path)
    assert [row["binding"] for row in config["hyperdrive"]] == ["HYPERDRIVE", "HYPERDRIVE_MYSQL"]
    assert config["browser"] == {"binding": "BROWSER"}
    assert "ai" not in config, "Workers AI is not counted on"
    assert config["services"] == [{"binding": "CONTAINER", "service": "app-container"}]
    readme = (tmp_path / "out/README.md").read_text(encoding="utf-8")
    assert "npx wrangler hyperdrive create app-postgres" in readme
    assert "which cannot be deployed without it" in readme
    _plan(run, "torch\n", "--services", "part", "--write", "part")
    assert json.loads((tmp_path / "part/worker/wrangler.jsonc").read_text(encoding="utf-8"))["ai"] == {"binding": "AI"}


@pytest.mark.usefixtures("_packages")
@pytest.mark.parametrize(("date", "side"), [("2026-09-07", "container"), ("2026-09-08", "service")])
def test_hyperdrive_counts_from_the_date_on_which_drivers_can_use_it(run: Run, date: str, side: str) -> None:
    document = _plan(run, "psycopg2-binary\n", "--compatibility-date", date)
    row = document["split"]["dependencies"][0]
    assert row["side"] == side
    assert row["drivers"] == (["asyncpg"] if side == "service" else [])
    if side == "container":
        assert row["service"]["since"] == "2026-09-08"
        told = run("plan", "requirements.txt", "--compatibility-date", date).stdout
        assert "could be replaced with a compatibility date from 2026-09-08 on: connect" in " ".join(told.split())
        assert any("from 2026-09-08 on" in fact for fact in _answer(document, "psycopg2-binary")["evidence"])


@pytest.mark.usefixtures("_packages")
def test_each_blocked_dependency_has_its_question(run: Run) -> None:
    document = _plan(run, "psycopg2-binary\ntorch\nbeta\n")
    told = {row["key"]: (row["reply"], row["evidence"]) for row in document["answers"] if "service:" in row["key"]}
    assert told == {
        "service:psycopg2-binary": ("yes", ["Hyperdrive, with asyncpg in the Worker"]),
        "service:torch": ("no", ["Workers AI would for some of its uses: use --services part to allow that"]),
    }


@pytest.mark.usefixtures("_packages")
def test_what_must_last_and_long_work_are_bound_too(run: Run, tmp_path: Path) -> None:
    _plan(run, "beta\n", "--persistent-disk", "--write", "out")
    assert {"r2_buckets", "d1_databases"} <= set(_config(tmp_path))
    _plan(run, "beta\n", "--long-running", "--write", "out", "--force")
    workflow = _config(tmp_path)["workflows"][0]
    entry = (tmp_path / "out/worker/src/entry.py").read_text(encoding="utf-8")
    assert f"class {workflow['class_name']}(WorkflowEntrypoint):" in entry
    assert f"self.env.{workflow['binding']}.create()" in entry
    compile(entry, "entry.py", "exec")


def test_the_bindings_of_the_table_are_keys_that_wrangler_knows() -> None:
    workloads = load_workloads()
    setups = [workloads.storage, *(row.setup for row in workloads.services.values())]
    assert {key for setup in setups for key in setup.bindings} <= load_wrangler_keys().keys
    assert all(setup.steps for setup in setups if '"id"' in json.dumps(dict(setup.bindings))), "an id has to be told"


@pytest.mark.parametrize(
    ("base", "more", "merged"),
    [
        ({"a": 1}, [{}], {"a": 1}),
        (
            {"q": {"producers": [1]}},
            [{"q": {"producers": [2], "consumers": [3]}}],
            {"q": {"producers": [1, 2], "consumers": [3]}},
        ),
        ({}, [{"ai": {"binding": "AI"}}, {"ai": {"binding": "AI"}}], {"ai": {"binding": "AI"}}),
        ({}, [{"h": [{"b": "A"}]}, {"h": [{"b": "B"}, {"b": "A"}]}], {"h": [{"b": "A"}, {"b": "B"}]}),
    ],
)
def test_bindings_are_merged_without_repeating_any(
    base: Mapping[str, object], more: list[Mapping[str, object]], merged: Mapping[str, object]
) -> None:
    assert merge_bindings(base, more) == merged


def _answer(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(row for row in document["answers"] if row["key"] == f"service:{name}")


@pytest.mark.usefixtures("_packages")
def test_another_version_is_no_way_out_of_what_the_table_decides(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("grpcio", "1.0"))  # pure, and older than what has native code alone
    index.add(make_wheel("grpcio", "2.0", tag=LINUX))
    index.add(make_wheel("gamma", "1.0"))
    index.add(make_wheel("gamma", "2.0", tag=LINUX))
    rows = {row["name"]: row for row in _plan(run, "grpcio\nscipy\ngamma==2.0\n")["split"]["dependencies"]}
    assert rows["grpcio"]["way_out"] is None
    assert "`--table advise` relies on it" in rows["scipy"]["way_out"]
    assert "gamma==1.0" in rows["gamma"]["way_out"]
    assert _plan(run, "scipy\n", "--table", "advise")["split"]["dependencies"][0]["side"] == "worker"
