"""`compat-scan plan` from outside: the decision, the split, the size, the files and every format."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import tomli

from scanner.cli.options import EGRESS_REGIONS, INSTANCE_TYPES
from scanner.runtime.tables import load_containers

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

SCHEMA = Path(__file__).resolve().parents[2] / "scanner" / "report" / "schemas" / "plan-v1.json"
LINUX = "cp313-cp313-manylinux_2_28_x86_64"
REQUIREMENTS = "torch\nfastapi\npydantic\npsycopg2-binary\nplaywright\nffmpeg-python\nuvicorn\n"


@pytest.fixture
def _packages(index: FakeIndex, make_wheel: MakeWheel) -> None:
    """The packages of the plan that the issue describes, with what only Linux installs."""
    index.add(make_wheel("torch", "2.9.0", tag=LINUX, requires=['nvidia-cublas; sys_platform == "linux"', "sympy"]))
    for name in ("fastapi", "pydantic", "sympy", "uvicorn", "asyncpg", "ffmpeg-python"):
        index.add(make_wheel(name))
    for name in ("nvidia-cublas", "psycopg2-binary", "playwright", "alpha"):
        index.add(make_wheel(name, tag="py3-none-manylinux_2_28_x86_64"))


def _plan(run: Run, *words: str, text: str = REQUIREMENTS, files: dict[str, str] | None = None) -> dict[str, Any]:
    named = {"requirements.txt": text, **(files or {})}
    result = run("plan", "requirements.txt", "--format", "json", *words, files=named)
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    return document


def _sides(document: dict[str, Any]) -> dict[str, str]:
    return {row["name"]: row["side"] for row in document["split"]["dependencies"]}


def _reply(document: dict[str, Any], key: str) -> tuple[str, str]:
    return next((row["reply"], row["basis"]) for row in document["answers"] if row["key"] == key)


@pytest.mark.usefixtures("_packages")
def test_each_dependency_goes_where_its_work_can_be_done(run: Run) -> None:
    document = _plan(run)
    assert document["decision"] == "hybrid"
    assert _sides(document) == {
        "torch": "container",
        "fastapi": "worker",
        "pydantic": "worker",
        "psycopg2-binary": "service",
        "playwright": "service",
        "ffmpeg-python": "container",
        "uvicorn": "dropped",
    }
    rows = {row["name"]: row for row in document["split"]["dependencies"]}
    assert rows["psycopg2-binary"]["drivers"] == ["asyncpg"]
    assert "Hyperdrive" in rows["psycopg2-binary"]["service"]["use"]
    assert "Browser Run" in rows["playwright"]["service"]["use"]
    assert rows["torch"]["service"]["fit"] == "part"
    assert _reply(document, "video-tool") == ("yes", "dependencies")
    assert _reply(document, "headless-browser") == ("yes", "dependencies")
    assert _reply(document, "image-programs") == ("no", "dependencies")
    assert _reply(document, "memory") == ("no", "default")


@pytest.mark.usefixtures("_packages")
def test_the_containers_side_is_the_tree_for_linux(run: Run) -> None:
    document = _plan(run)
    container = document["split"]["container"]
    assert [row["name"] for row in container["packages"]] == ["ffmpeg-python", "nvidia-cublas", "sympy", "torch"]
    assert container["is_whole"] is True
    assert all(row["is_guess"] for row in container["packages"]), "small wheels are not opened for their size"
    assert document["size"]["instance"]["name"] == "standard-1"
    assert any("CUDA" in text and "standard-1 is enough" in text for text in document["advice"])
    assert {row["instance"]["name"]: row["short_of"] for row in document["costs"]["by_size"]}["lite"] == [
        "memory",
        "vCPU",
    ]
    assert [cost["instance"]["name"] for cost in document["costs"]["by_size"]][:2] == ["standard-1", "lite"]


@pytest.mark.usefixtures("_packages")
def test_services_that_help_in_part_are_counted_on_request(run: Run) -> None:
    document = _plan(run, "--services", "part")
    assert document["decision"] == "workers-and-services"
    assert document["size"] is None
    assert document["costs"] is None
    assert _sides(_plan(run, "--services", "none"))["playwright"] == "container"


@pytest.mark.usefixtures("_packages")
@pytest.mark.parametrize(
    ("words", "decision"),
    [
        ((), "workers"),
        (("--memory", "100"), "workers"),
        (("--memory", "2048"), "hybrid"),
        (("--cpu-seconds", "200"), "workers"),
        (("--cpu-seconds", "400"), "hybrid"),
        (("--long-running",), "workflows"),
        (("--persistent-disk",), "workers-and-services"),
    ],
)
def test_options_answer_what_dependencies_do_not_tell(run: Run, words: tuple[str, ...], decision: str) -> None:
    assert _plan(run, *words, text="fastapi\n")["decision"] == decision


@pytest.mark.usefixtures("_packages")
def test_nothing_but_containers_leaves_no_python_worker(run: Run) -> None:
    document = _plan(run, "--write", "out", text="torch\n")
    assert document["decision"] == "container"
    assert not [path for path in document["files"] if path.startswith("worker/")]


@pytest.mark.usefixtures("_packages")
def test_requests_and_cpu_time_tell_how_busy_and_how_many(run: Run) -> None:
    document = _plan(run, "--requests-per-day", "43200", "--cpu-seconds", "1", "--instance-type", "standard-1")
    # 43,200 vCPU-s a day; one standard-1 has 8 h × 3,600 s × 0.5 = 14,400.
    assert document["costs"]["instances"] == 3
    assert document["costs"]["busy_share"] == 1
    assert document["capacity"]["requests"] == 15


@pytest.mark.usefixtures("_packages")
def test_more_instances_than_an_account_may_run_are_told(run: Run) -> None:
    words = ("--instances", "2000", "--instance-type", "standard-2")
    assert _plan(run, *words)["advice"][0].startswith("2,000 instances are more than an account may run: its memory")
    assert not any("more than an account" in text for text in _plan(run, "--instances", "1024", *words[2:])["advice"])


@pytest.mark.usefixtures("_packages")
def test_what_is_unknown_leaves_the_plan_open(run: Run) -> None:
    result = run("plan", "requirements.txt", "--write", "out", files={"requirements.txt": "no-such-project\n"})
    assert result.exit_code == 2
    assert "nothing to deploy" in result.output
    result = run("plan", "requirements.txt", "--format", "json")
    assert (result.exit_code, json.loads(result.stdout)["decision"]) == (3, "unknown")


@pytest.mark.usefixtures("_packages")
def test_the_written_files_pass_their_own_check_and_the_worker_scans_as_workers(run: Run, tmp_path: Path) -> None:
    _plan(run, "--write", "out", "--queue", "--instances", "4")
    for name in ("worker", "front"):
        result = run("plan", "--check", f"out/{name}/wrangler.jsonc")
        assert (result.exit_code, result.stdout) == (0, f"out/{name}/wrangler.jsonc: no faults found\n")
    result = run("out/worker", "--format", "json")
    assert json.loads(result.stdout)["verdict"] == "workers", result.output
    project = tomli.loads((tmp_path / "out/worker/pyproject.toml").read_text())["project"]
    assert project["dependencies"] == ["fastapi", "pydantic", "asyncpg"]
    front = json.loads((tmp_path / "out/front/wrangler.jsonc").read_text())
    assert front["containers"][0]["instance_type"] == "standard-1"
    assert front["containers"][0]["max_instances"] == 4
    assert "const INSTANCES = 4;" in (tmp_path / "out/front/src/index.ts").read_text()
    dockerfile = (tmp_path / "out/container/Dockerfile").read_text()
    assert "FROM --platform=linux/amd64 python:3.13-slim" in dockerfile
    assert "install --yes --no-install-recommends ffmpeg" in dockerfile
    assert "USER app" in dockerfile
    lines = (tmp_path / "out/container/requirements.txt").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["torch", "ffmpeg-python", "uvicorn>=0.30"]
    assert "# --extra-index-url https://download.pytorch.org/whl/cpu" in lines, "CUDA is of no use there"
    compile((tmp_path / "out/worker/src/entry.py").read_text(), "entry.py", "exec")
    compile((tmp_path / "out/container/app/main.py").read_text(), "main.py", "exec")


@pytest.mark.usefixtures("_packages")
def test_nothing_is_overwritten_without_force(run: Run, tmp_path: Path) -> None:
    _plan(run, "--write", "out", text="torch\n")
    (tmp_path / "out/container/Dockerfile").write_text("FROM mine\n")
    result = run("plan", "requirements.txt", "--write", "out")
    assert result.exit_code == 2
    assert "already exists; use --force to overwrite it" in result.output
    assert (tmp_path / "out/container/Dockerfile").read_text() == "FROM mine\n"
    _plan(run, "--write", "out", "--force", text="torch\n")
    assert "linux/amd64" in (tmp_path / "out/container/Dockerfile").read_text()


def test_the_hashes_of_a_lock_go_along_where_all_have_them(
    run: Run, tmp_path: Path, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    wheel = make_wheel("alpha", "1.0", tag=LINUX)
    index.add(wheel)
    _plan(run, "--write", "out", text=f"alpha==1.0 --hash=sha256:{wheel.sha256}\n")
    text = (tmp_path / "out/container/requirements.txt").read_text()
    assert text == f"alpha==1.0 \\\n    --hash=sha256:{wheel.sha256}\n"
    assert "--require-hashes" in (tmp_path / "out/container/Dockerfile").read_text()


@pytest.mark.usefixtures("_packages")
def test_the_own_code_is_cut_along_its_modules(run: Run) -> None:
    files = {
        "app/main.py": "from fastapi import FastAPI\nfrom app import media\nimport app.store\n",
        "app/__init__.py": "",
        "app/media.py": "import os\n\nimport torch.nn\nimport pydantic\n",
        "app/store.py": "def connect():\n    import psycopg2\n    return psycopg2.connect()\n",
        "app/shell.py": "import subprocess\n\ndef go():\n    subprocess.run(['ls'])\n",
        "app/types.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch\n",
        "app/broken.py": "def f(:\n",
    }
    document = _plan(run, "--source", ".", files=files)
    code = document["split"]["code"]
    assert {row["module"] for row in code["moving"]} == {"app.media", "app.shell"}
    media = next(row for row in code["moving"] if row["module"] == "app.media")
    assert media["reasons"] == [{"line": 3, "text": "imports torch.nn, which torch provides"}]
    assert [(cut["importer"], cut["imported"], cut["location"]["line"]) for cut in code["cuts"]] == [
        ("app.main", "app.media", 2)
    ]
    assert [row["location"]["line"] for row in code["rewrites"]] == [2]
    problem = document["problems"][0]
    assert (problem["rule"], Path(problem["location"]["path"]).name, problem["location"]["line"]) == (
        "CS601",
        "broken.py",
        1,
    )
    assert _reply(document, "child-processes") == ("yes", "code")
    assert _sides(document)["pydantic"] == "container", "only a module that moves imports it"


@pytest.mark.usefixtures("_packages")
def test_five_thousand_modules_are_read(run: Run) -> None:
    files = {f"app/m{number}.py": f"import m{number + 1}\n" for number in range(5000)}
    files["app/m5000.py"] = "import torch\n"
    code = _plan(run, "--source", "app", files=files)["split"]["code"]
    assert code["modules"] == 5001
    assert [row["module"] for row in code["moving"]] == ["m5000"]


@pytest.mark.usefixtures("_packages")
def test_every_format_tells_the_decision_and_the_cost(run: Run) -> None:
    for form in ("terminal", "markdown", "html"):
        files = {"requirements.txt": REQUIREMENTS}
        told = run("plan", "requirements.txt", "--format", form, "--queue", "--source", ".", files=files).stdout
        assert re.search("a Python Worker plus a container", told, re.IGNORECASE), form
        assert "$17.72" in told, form
        assert "psycopg2-binary" in told, form


@pytest.mark.usefixtures("_packages")
def test_the_page_draws_the_split_and_loads_nothing(run: Run) -> None:
    page = run(
        "plan", "requirements.txt", "--format", "html", "--queue", files={"requirements.txt": REQUIREMENTS}
    ).stdout
    picture = re.search(r'<svg class="split".*?</svg>', page, re.DOTALL)
    assert picture is not None
    for title in ("Python Worker", "Queue", "Worker in front", "Container × 1, standard-1", "Services and storage"):
        assert f">{title}</text>" in picture[0]
    assert "default-src 'none'" in page
    assert not re.search(r"<(?:img|link|script src)", page)


def test_a_format_of_checks_alone_is_refused_for_a_plan(run: Run) -> None:
    result = run("plan", "requirements.txt", "--format", "sarif", files={"requirements.txt": "\n"})
    assert result.exit_code == 2
    assert "sarif goes with --check alone" in result.output


def test_the_names_of_the_options_are_those_of_the_table() -> None:
    table = load_containers()
    assert tuple(row.name for row in table.types) == INSTANCE_TYPES
    assert tuple(row.key for row in table.prices.egress) == EGRESS_REGIONS


@pytest.mark.usefixtures("_packages")
@pytest.mark.parametrize(
    ("words", "usd"),
    [((), "2.50"), (("--egress-region", "oceania-korea-taiwan"), "30.00"), (("--egress-region", "elsewhere"), "24.00")],
)
def test_egress_costs_by_region(run: Run, words: tuple[str, ...], usd: str) -> None:
    document = _plan(run, "--egress", "1100", *words, text="torch\n")
    line = next(line for line in document["costs"]["by_size"][0]["lines"] if line["item"].startswith("egress"))
    assert f"{line['usd']:.2f}" == usd  # 100 GB × $0.025, 600 GB × $0.05, 600 GB × $0.04
