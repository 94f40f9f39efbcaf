"""Where the modules of a source distribution would be installed, as far as that can be told without building it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import tomli

from scanner.model.contents import SdistContents

_ASIDE = frozenset(
    {
        "test", "tests", "testing", "doc", "docs", "example", "examples", "sample", "samples", "benchmark",
        "benchmarks", "scripts", "tools", "build", "dist", "setup", "conftest", "noxfile", "tasks",
    }
)  # fmt: skip
"""Folders and modules that lie in a distribution without being installed."""


_SETTINGS = (
    "flit.module.name", "flit.metadata.module", "setuptools.packages", "setuptools.py-modules", "poetry.packages",
)  # fmt: skip
"""Where pyproject.toml names modules and packages, below ``[tool]``."""


def find_installed(contents: SdistContents, paths: Sequence[str], name: str) -> dict[str, str]:
    """The paths below site-packages, each with the path in the distribution; empty where nothing is found.

    What is installed is told by the top-level names that setuptools noted, by what pyproject.toml says, or by a package
    named like the project; else it is every package at the root or below ``src``, as setuptools finds them by itself.
    """
    by_head = _by_head(paths)
    for names in (contents.top_level, tuple(_declared(contents)), (name.replace("-", "_"),)):
        found = dict(_locate(names, by_head))
        if found:
            return found
    return dict(_locate(_discovered(paths), by_head))


def _by_head(paths: Iterable[str]) -> Mapping[str, dict[str, list[str]]]:
    """By top-level name, the folders that hold a module or package of that name, each with its files."""
    heads: dict[str, dict[str, list[str]]] = {}
    for path in paths:
        parts = path.split("/")
        for depth, part in enumerate(parts):
            head = part.partition(".")[0] if depth == len(parts) - 1 else part
            if head.isidentifier():
                heads.setdefault(head, {}).setdefault("".join(f"{above}/" for above in parts[:depth]), []).append(path)
    return heads


def _locate(names: Iterable[str], by_head: Mapping[str, dict[str, list[str]]]) -> Iterator[tuple[str, str]]:
    for name in names:
        folders = by_head.get(name.partition("/")[0].partition(".")[0], {})
        if folders:
            folder = min(folders, key=_remoteness)
            yield from ((path.removeprefix(folder), path) for path in folders[folder])


def _remoteness(folder: str) -> tuple[bool, int, bool, str]:
    """How unlikely a folder is to be the one that is installed from: the root comes first, then ``src``."""
    parts = folder.split("/")[:-1]
    return (not _ASIDE.isdisjoint(parts), len(parts), folder not in ("", "src/"), folder.replace("3", " "))


def _declared(contents: SdistContents) -> Iterator[str]:
    """The names that pyproject.toml gives: for flit a module, for the others packages."""
    try:
        tool = tomli.loads(contents.text("pyproject.toml") or "").get("tool", {})
    except (tomli.TOMLDecodeError, RecursionError, ValueError):
        return
    for keys in _SETTINGS:
        yield from _texts(_follow(tool, keys.split(".")))
    wheel = _follow(tool, ("hatch", "build", "targets", "wheel", "packages"))
    yield from (path.rstrip("/").rpartition("/")[2] for path in _texts(wheel))


def _follow(table: object, keys: Iterable[str]) -> object:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def _texts(value: object) -> Iterator[str]:
    """A text, texts in a list, or those that poetry's tables include."""
    for item in value if isinstance(value, list) else [value]:
        text = item.get("include") if isinstance(item, dict) else item
        if isinstance(text, str):
            yield text


def _discovered(paths: Iterable[str]) -> Iterator[str]:
    """Packages at the root or below src, and modules at the root, without what is never installed."""
    found: dict[str, None] = {}
    for path in paths:
        head, _, rest = path.removeprefix("src/").partition("/")
        if rest == "__init__.py" or (not rest and head.endswith(".py")):
            found[head.removesuffix(".py")] = None
    yield from (name for name in found if name.lower() not in _ASIDE and not name.startswith(("test_", "_")))
