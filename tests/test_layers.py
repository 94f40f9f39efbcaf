"""Imports point one way; this walks them all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SCANNER = Path(__file__).resolve().parents[1] / "scanner"

BASE = {"model", "errors", "contents", "opened", "acceptance", "fingerprint", "__init__"}
GROUND = BASE | {"tables", "target", "candidates", "metadata", "specifiers", "wants"}
ALLOWED = {
    "__init__": set(),
    "__main__": {"cli"},
    "errors": set(),
    "model": set(),
    "contents": set(),
    "opened": {"contents", "errors"},
    "acceptance": {"model"},
    "fingerprint": {"model"},
    "specifiers": set(),
    "wants": set(),
    "tables": BASE,
    "target": BASE | {"tables"},
    "metadata": BASE,
    "candidates": BASE | {"specifiers", "tables", "target"},
    "settings": BASE,
    "wrangler": BASE | {"sources"},
    "sources": GROUND,
    "index": GROUND,
    "resolve": GROUND,
    "checks": GROUND,
    "judge": BASE,
    "chains": BASE,
    "bundle": BASE | {"chains"},
    "inherited": BASE | {"chains", "checks", "late"},
    "late": BASE | {"chains", "checks"},
    "masking": BASE,
    "verified": {"model"},
    "verify": GROUND | {"checks", "index", "inspect", "verified"},
    "planned": {"model"},
    "plan": BASE | {"metadata", "planned", "tables", "target"},
    "reporters": BASE | {"planned", "verified"},
    "baseline": BASE,
    "ignores": BASE | {"settings", "sources"},
    "listed": BASE | {"tables", "settings"},
    "project": GROUND | {"settings", "sources", "resolve"},
    "explaining": GROUND | {"listed", "resolve"},
    "direct": GROUND | {"resolve"},
    "remembered": GROUND | {"checks"},
    "following": GROUND | {"checks", "remembered", "resolve"},
    "inspect": GROUND | {"checks", "following", "listed", "remembered", "resolve"},
    "assemble": GROUND
    | {"advice", "bundle", "checks", "chains", "judge", "resolve", "project", "inspect", "ignores", "listed"}
    | {"inherited", "late"},
    "advice": BASE | {"chains", "resolve"},
    "edges": BASE | {"resolve"},
    "container_tree": GROUND | {"planned", "project", "remembered", "resolve", "settings", "sources"},
    "own_code": GROUND | {"checks", "planned", "sources"},
    "wrangler_check": GROUND | {"plan", "planned", "sources", "wrangler"},
    "planning": GROUND | {"container_tree", "own_code", "pipeline", "plan", "planned", "project", "settings"},
    "pipeline": None,
    "cli": None,
}
"""What each part may import of the project besides itself; None stands for everything below it.

``listed``, ``ignores``, ``project``, ``inspect`` and ``assemble`` are the pipeline's own parts: they join stages and
are joined by it alone. ``verify`` stands beside the pipeline: the command line hands it a report and a supply.
"""
ABOVE = {
    "cli",
    "pipeline",
    "explaining",
    "direct",
    "verify",
    "assemble",
    "inspect",
    "project",
    "ignores",
    "listed",
    "advice",
    "edges",
    "__main__",
}
ABOVE |= {"container_tree", "own_code", "planning", "wrangler_check"}


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


def _part(path: Path) -> str:
    return path.relative_to(SCANNER).parts[0].removesuffix(".py")


def _files() -> list[Path]:
    return sorted(SCANNER.rglob("*.py"))


@pytest.mark.parametrize("path", _files(), ids=lambda path: str(path.relative_to(SCANNER)))
def test_a_module_imports_only_what_its_layer_allows(path: Path) -> None:
    part = _part(path)
    assert part in ALLOWED, f"{part} has no place in the layers yet"
    allowed = ALLOWED[part]
    for name in _imports(path):
        if not name.startswith("scanner."):
            continue
        other = name.split(".")[1]
        if other in (part, "__version__"):
            continue
        if allowed is None:
            assert part == "cli" or other not in ("cli", "reporters"), f"{path.name} imports {name}"
        else:
            assert other in allowed, f"{path.name} imports {name}"
            assert other not in ABOVE or part in ABOVE, f"{path.name} imports {name}"


@pytest.mark.parametrize(
    ("library", "owners"),
    [
        ("h11", ("index/",)),
        ("httpx", ("index/",)),
        ("msgspec", ("index/",)),
        ("pip_requirements_parser", ("sources/",)),
        ("click", ("cli/",)),
        ("rich", ("cli/", "reporters/")),
        ("resolvelib", ("resolve/",)),
        ("subprocess", ("cli/", "following/", "verify/")),
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
        if _part(path) == "cli":
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
