"""The written files under the real wrangler: its dry run, and the schema that it ships."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

pytestmark = pytest.mark.tools

# Wrangler needs a newer Node.js than many machines have; the npm package of that name brings one along.
PACKAGES = ("wrangler@4.164.0", "@cloudflare/containers@0.3.7", "node@22")


@pytest.fixture(scope="module")
def modules() -> Path:
    """The node_modules with wrangler and the Container class, kept in the user's cache between runs."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "compat-scan-tests" / "wrangler-4.164.0"
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


@pytest.fixture
def _packages(index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", tag="py3-none-manylinux_2_28_x86_64"))
    index.add(make_wheel("beta"))


@pytest.mark.usefixtures("_packages")
@pytest.mark.parametrize("words", [(), ("--queue", "--instances", "4")], ids=["plain", "queue"])
def test_wrangler_accepts_what_is_written(run: Run, tmp_path: Path, modules: Path, words: tuple[str, ...]) -> None:
    result = run("plan", "requirements.txt", "--write", "out", *words, files={"requirements.txt": "alpha\nbeta\n"})
    assert result.exit_code == 0, result.output
    schema = json.loads((modules / "wrangler" / "config-schema.json").read_text(encoding="utf-8"))
    for name in ("worker", "front"):
        folder = tmp_path / "out" / name
        jsonschema.validate(json.loads((folder / "wrangler.jsonc").read_text(encoding="utf-8")), schema)
        (folder / "node_modules").symlink_to(modules)
        dry_run = ["deploy", "--dry-run", "--containers-rollout=none", "--outdir", str(tmp_path / f"built-{name}")]
        environ = {**os.environ, "WRANGLER_SEND_METRICS": "false", "CI": "1", "HOME": str(tmp_path)}
        wrangler = [str(modules / ".bin" / "node"), str(modules / "wrangler" / "bin" / "wrangler.js")]
        done = subprocess.run(
            [*wrangler, *dry_run], cwd=folder, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "WARNING" not in done.stdout + done.stderr
