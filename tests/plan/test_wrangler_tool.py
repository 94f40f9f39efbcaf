"""The written files under the real wrangler and TypeScript: dry run, types, compiler, and the schema that it ships."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from scanner.runtime.tables import Effect, load_incompatible, load_workloads

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

pytestmark = pytest.mark.tools

# Wrangler needs a newer Node.js than many machines have; the npm package of that name brings one along.
PACKAGES = ("wrangler@4.164.0", "@cloudflare/containers@0.3.7", "node@22", "typescript@5.9.3")


@pytest.fixture(scope="module")
def modules() -> Path:
    """The node_modules with wrangler and the Container class, kept in the user's cache between runs."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "compat-scan-tests" / "wrangler-4.164.0-typescript-5.9.3"
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    if not (folder / "node_modules" / ".bin" / "node").exists():
        folder.mkdir(parents=True, exist_ok=True)
        install = [npm, "install", "--no-audit", "--no-fund", "--silent", *PACKAGES]
        done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"wrangler cannot be installed: {done.stderr.strip()[-300:]}")
    return folder / "node_modules"


def _node(modules: Path, folder: Path, script: str, *words: str) -> str:
    """What a script of the modules says in a folder; it has to succeed."""
    environ = {**os.environ, "WRANGLER_SEND_METRICS": "false", "CI": "1", "HOME": str(folder.parent)}
    command = [str(modules / ".bin" / "node"), str(modules / script), *words]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _dry_run(modules: Path, folder: Path) -> str:
    (folder / "node_modules").symlink_to(modules)
    schema = json.loads((modules / "wrangler" / "config-schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads((folder / "wrangler.jsonc").read_text(encoding="utf-8")), schema)
    words = [
        "deploy",
        "--dry-run",
        "--containers-rollout=none",
        "--outdir",
        str(folder.parent / f"built-{folder.name}"),
    ]
    told = _node(modules, folder, "wrangler/bin/wrangler.js", *words)
    assert "WARNING" not in told
    return told


def _served() -> dict[str, str]:
    """A distribution for each service that needs bindings, by the key of the service."""
    services = load_workloads().services
    rows = (row for row in load_incompatible().rows if row.effect is Effect.CONTAINER)
    return {
        row.alternative: row.names[0]
        for row in rows
        if row.names and row.alternative and row.alternative in services and services[row.alternative].setup.bindings
    }


@pytest.fixture
def _packages(index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", tag="py3-none-manylinux_2_28_x86_64"))
    index.add(make_wheel("beta"))


@pytest.mark.usefixtures("_packages")
@pytest.mark.parametrize("words", [(), ("--queue", "--instances", "4")], ids=["plain", "queue"])
def test_wrangler_accepts_what_is_written(run: Run, tmp_path: Path, modules: Path, words: tuple[str, ...]) -> None:
    result = run("plan", "requirements.txt", "--write", "out", *words, files={"requirements.txt": "alpha\nbeta\n"})
    assert result.exit_code == 0, result.output
    _dry_run(modules, tmp_path / "out" / "worker")
    _dry_run(modules, tmp_path / "out" / "front")
    if words:
        _node(modules, tmp_path / "out" / "front", "wrangler/bin/wrangler.js", "types")
        _node(modules, tmp_path / "out" / "front", "typescript/bin/tsc", "--noEmit")


def test_wrangler_accepts_the_bindings_of_every_service(
    run: Run, tmp_path: Path, modules: Path, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    served = _served()
    for name in {*served.values()}:
        index.add(make_wheel(name, tag="py3-none-manylinux_2_28_x86_64"))
    for name in ("asyncpg", "aiomysql"):
        index.add(make_wheel(name))
    text = "".join(f"{name}\n" for name in served.values())
    words = ("--services", "part", "--persistent-disk", "--write", "out")
    result = run("plan", "requirements.txt", *words, files={"requirements.txt": text})
    assert result.exit_code == 0, result.output
    config = json.loads((tmp_path / "out" / "worker" / "wrangler.jsonc").read_text(encoding="utf-8"))
    expected = {key for service in served for key in load_workloads().services[service].setup.bindings}
    assert {*expected, "r2_buckets", "d1_databases"} <= set(config)
    told = _dry_run(modules, tmp_path / "out" / "worker")
    for binding in ("env.HYPERDRIVE", "env.BROWSER", "env.AI", "env.MEDIA", "env.FILES"):
        assert binding in told
    assert run("plan", "--check", "out/worker/wrangler.jsonc").exit_code == 0


@pytest.mark.usefixtures("_packages")
def test_wrangler_accepts_the_workflow(run: Run, tmp_path: Path, modules: Path) -> None:
    words = ("--long-running", "--write", "out")
    result = run("plan", "requirements.txt", *words, files={"requirements.txt": "beta\n"})
    assert result.exit_code == 0, result.output
    assert "env.WORK" in _dry_run(modules, tmp_path / "out" / "worker")
