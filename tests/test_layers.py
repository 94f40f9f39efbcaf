"""Imports point down: the rooms in the order of the flow, one row each."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SCANNER = Path(__file__).resolve().parents[1] / "scanner"

ROOMS: dict[str, set[str]] = {
    "model": set(),
    "runtime": {"model"},
    "index": {"model", "runtime"},
    "inputs": {"model", "runtime"},
    "resolve": {"model", "runtime", "index", "inputs"},
    "inspect": {"model", "runtime", "index", "inputs", "resolve"},
    "judge": {"model", "runtime", "inputs", "resolve", "inspect"},
    "pipeline": {"model", "runtime", "inputs", "resolve", "inspect", "judge"},
    "plan": {"model", "runtime", "inputs", "resolve", "inspect", "pipeline"},
    "refresh": {"model", "runtime", "index"},
    "report": {"model", "inspect", "plan"},
    "cli": {"model", "runtime", "index", "inputs", "inspect", "judge", "pipeline", "plan", "refresh", "report"},
}
"""What each room may import of the project besides itself."""
CROWDED = {"cli": 17, "model": 20, "report": 17, "resolve": 18, "runtime/tables": 17}
"""The folders with more than 16 files; this list may only shrink."""
DOORS = {"__init__": {"model", "inputs", "pipeline", "cli"}, "__main__": {"cli"}}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.ImportFrom(module=str(module), level=0):
                if module == "scanner":
                    yield from (f"scanner.{alias.name}" for alias in node.names)
                else:
                    yield module
            case ast.ImportFrom():
                pytest.fail(f"{path}: a relative import")
            case ast.Import():
                yield from (alias.name for alias in node.names)


def _room(path: Path) -> str:
    return path.relative_to(SCANNER).parts[0].removesuffix(".py")


def _files() -> list[Path]:
    return sorted(SCANNER.rglob("*.py"))


def test_the_top_of_the_package_shows_the_flow() -> None:
    entries = {path.name for path in SCANNER.iterdir() if path.name != "__pycache__"}
    folders = {name for name in ROOMS if (SCANNER / name).is_dir()}
    assert entries == folders | {"pipeline.py", "__init__.py", "__main__.py", "py.typed"}


def test_no_folder_and_no_file_outgrows_the_reader() -> None:
    large = {
        path.relative_to(SCANNER).as_posix(): lines
        for path in _files()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    folders = {path.parent for path in _files()}
    crowded = {
        folder.relative_to(SCANNER).as_posix(): count
        for folder in sorted(folders)
        if (count := len(list(folder.glob("*.py")))) > 16
    }
    assert not large, large
    assert crowded == CROWDED


@pytest.mark.parametrize("path", _files(), ids=lambda path: str(path.relative_to(SCANNER)))
def test_a_module_imports_only_from_rooms_below_it(path: Path) -> None:
    room = _room(path)
    allowed = ROOMS.get(room, DOORS.get(room))
    assert allowed is not None, f"{room} is no room of the house"
    for name in _imports(path):
        if not name.startswith("scanner."):
            continue
        other = name.split(".")[1]
        assert other in {room, "__version__"} | allowed, f"{path.relative_to(SCANNER)} imports {name}"


def test_the_rooms_form_no_cycle() -> None:
    order = list(ROOMS)
    for room, allowed in ROOMS.items():
        assert all(order.index(other) < order.index(room) for other in allowed), room


@pytest.mark.parametrize(
    ("library", "owners"),
    [
        ("h11", ("index/",)),
        ("httpx", ("index/",)),
        ("aiohttp", ("index/",)),
        ("msgspec", ("index/",)),
        ("pip_requirements_parser", ("inputs/",)),
        ("click", ("cli/",)),
        ("rich", ("cli/", "report/")),
        ("subprocess", ("cli/", "inspect/")),
    ],
)
def test_a_library_is_known_to_one_part_only(library: str, owners: tuple[str, ...]) -> None:
    knowing = {
        path.relative_to(SCANNER).as_posix()
        for path in _files()
        if any(name.split(".")[0] == library for name in _imports(path))
    }
    assert all(name.startswith(owners) for name in knowing), knowing


def test_only_the_command_line_ends_the_process_and_reads_the_environment() -> None:
    offenders = []
    for path in _files():
        if _room(path) == "cli":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name = f"{node.value.id}.{node.attr}"
                if name in ("sys.exit", "os.environ", "os.getenv"):
                    offenders.append(f"{path.relative_to(SCANNER)}: {name}")
    assert not offenders


def test_the_address_of_the_public_index_stands_in_one_place() -> None:
    root = SCANNER.parent
    host = "py" + "pi.org"
    holding = [
        path.relative_to(root).as_posix()
        for folder in ("scanner", "data", "tests", "tools", "docs", "examples")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file()
        and path.suffix not in (".pyc", ".png")
        and host in path.read_text(encoding="utf-8", errors="replace")
    ]
    holding += [
        path.name
        for path in root.glob("*.*")
        if path.is_file() and host in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert holding == ["data/platform.toml"]
