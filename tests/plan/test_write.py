"""Where `--write` writes and where it refuses to, and what the written image runs."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

LINUX = "py3-none-manylinux_2_28_x86_64"


@pytest.fixture
def _packages(index: FakeIndex, make_wheel: MakeWheel) -> None:
    for name in ("alpha", "playwright"):
        index.add(make_wheel(name, tag=LINUX))


def _write(run: Run, *words: str, text: str = "alpha\n", code: int = 0) -> str:
    result = run("plan", "requirements.txt", "--write", "out", "-q", *words, files={"requirements.txt": text})
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


@pytest.mark.usefixtures("_packages")
def test_a_file_in_the_folders_place_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    assert "out is not a folder" in _write(run, "--force", code=2)
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.usefixtures("_packages")
def test_a_folder_in_a_files_place_is_told_before_anything_is_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out/front/wrangler.jsonc").mkdir(parents=True)
    assert "out/front/wrangler.jsonc is a folder" in _write(run, "--force", code=2)
    assert sorted(path.name for path in (tmp_path / "out").rglob("*")) == ["front", "wrangler.jsonc"]


@pytest.mark.usefixtures("_packages")
@pytest.mark.parametrize("linked", ["README.md", "container", "container/Dockerfile"])
def test_nothing_is_written_through_a_link(run: Run, tmp_path: Path, linked: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "out" / linked).parent.mkdir(parents=True)
    (tmp_path / "out" / linked).symlink_to(elsewhere)
    assert f"out/{linked} is a symbolic link" in _write(run, "--force", code=2)
    assert not elsewhere.exists()


@pytest.mark.usefixtures("_packages")
def test_a_link_as_the_folder_itself_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    assert "is a symbolic link" in _write(run, code=2)
    assert list((tmp_path / "real").iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.usefixtures("_packages")
def test_a_folder_that_cannot_be_written_to_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir(mode=0o555)
    assert "cannot be written: Permission denied" in _write(run, code=2)


@pytest.mark.usefixtures("_packages")
def test_the_browsers_are_where_the_user_of_the_image_finds_them(run: Run, tmp_path: Path) -> None:
    _write(run, "--services", "none", text="playwright\n")
    lines = (tmp_path / "out/container/Dockerfile").read_text().splitlines()
    place = lines.index("ENV PLAYWRIGHT_BROWSERS_PATH=/opt/playwright")
    assert place < lines.index("RUN python -m playwright install --with-deps chromium") < lines.index("USER app")


@pytest.mark.usefixtures("_packages")
def test_the_written_application_answers(run: Run, tmp_path: Path) -> None:
    _write(run)
    names: dict[str, Any] = {}
    exec(compile((tmp_path / "out/container/app/main.py").read_text(), "main.py", "exec"), names)  # noqa: S102  # ours
    assert json.loads(_ask(names["app"], "/health")) == {"ok": True}
    assert any(entry.startswith("pytest==") for entry in json.loads(_ask(names["app"], "/"))["installed"])


def _ask(app: Any, path: str) -> bytes:  # an ASGI application
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    asyncio.run(app({"type": "http", "path": path}, receive, send))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 200
    body: bytes = sent[1]["body"]
    return body
