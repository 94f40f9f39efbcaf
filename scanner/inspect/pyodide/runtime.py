"""Node and the npm package ``pyodide`` of the target's release: found on this machine, or installed on request."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scanner.model.errors import SettingsError

_VERSION = re.compile(r"[0-9]+(\.[0-9A-Za-z]+)*")
_INSTALL_SECONDS = 600
_ASK_SECONDS = 30
_ASK_NODE = (
    "JSON.stringify(['--permission', '--experimental-permission']"
    ".filter((flag) => process.allowedNodeEnvironmentFlags.has(flag)"
    " || (flag === '--permission' && Number(process.versions.node.split('.')[0]) >= 24)))"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PyodideRuntime:
    """A Pyodide that can be started."""

    node: Path
    folder: Path
    """The folder of the npm package."""
    permission_flag: str | None = None
    """How this Node's permission model is switched on; None where it has none."""


def find_runtime(version: str, *, named: Path | None, cache: Path, search_path: str) -> PyodideRuntime:
    """Pyodide of that version in the folder that the user named, else in the cache.

    One in ./node_modules is not used unless the user names it: a checkout could bring its own program.

    Raises:
        SettingsError: there is no Node, no such package, or the named one is of another version.
    """
    node = shutil.which("node", path=search_path)
    if node is None:
        raise SettingsError(None, "verify", "needs Node.js, and there is no «node» on the search path")
    found = _find_package(version, named, cache)
    return PyodideRuntime(node=Path(node), folder=found, permission_flag=_ask_permission_flag(node))


def install_runtime(version: str, *, cache: Path, search_path: str) -> Path:
    """The npm package ``pyodide`` of exactly that version, put into the cache folder by npm.

    npm checks the package's integrity; no script of the package or of what it needs is run. The folder appears under
    its name only when it is whole.

    Raises:
        SettingsError: there is no npm, or it failed.
    """
    place = _cache_place(cache, version)
    if (place / "pyodide.mjs").is_file():
        return place
    npm = shutil.which("npm", path=search_path)
    if npm is None or not _VERSION.fullmatch(version):
        raise SettingsError(None, "--install", "needs npm, and there is no «npm» on the search path")
    root = place.parents[1]
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root.parent, prefix=".installing-") as name:
            _run_npm(npm, version, Path(name))
            shutil.rmtree(root, ignore_errors=True)
            Path(name).rename(root)
            Path(name).mkdir()
    except OSError as error:
        raise SettingsError(None, "--install", f"{root.parent} cannot be written: {error.strerror or error}") from error
    return place


def _run_npm(npm: str, version: str, folder: Path) -> None:
    command = [npm, "install", "--prefix", str(folder), "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(  # noqa: S603  # a literal command with a checked version
            [*command, "--loglevel=error", f"pyodide@{version}"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SettingsError(None, "--install", f"npm was not done after {_INSTALL_SECONDS} seconds") from error
    if done.returncode or not (folder / "node_modules" / "pyodide" / "pyodide.mjs").is_file():
        told = done.stderr.decode(errors="replace").strip()[-400:]
        raise SettingsError(None, "--install", f"npm could not install pyodide@{version}: {told or 'no reason given'}")


def _find_package(version: str, named: Path | None, cache: Path) -> Path:
    seen: list[str] = []
    for place in _places(version, named, cache):
        found = _read_version(place)
        if found == version:
            return place.resolve()
        if found is not None:
            seen.append(f"{place} has {found}")
    if named is not None:
        raise SettingsError(None, "--pyodide", f"{named} is not the npm package pyodide {version}{_aside(seen)}")
    raise SettingsError(
        None,
        "verify",
        f"needs the npm package pyodide {version}, which is not in the cache{_aside(seen)};"
        " --install fetches it into the cache with npm, --pyodide names a folder that has it (./node_modules does too)",
    )


def _places(version: str, named: Path | None, cache: Path) -> Iterator[Path]:
    if named is not None:
        yield named
        yield named / "node_modules" / "pyodide"
        return
    yield _cache_place(cache, version)


def _cache_place(cache: Path, version: str) -> Path:
    return cache / "verify" / f"pyodide-{version}" / "node_modules" / "pyodide"


def _read_version(place: Path) -> str | None:
    """The version of the npm package ``pyodide`` in a folder; None where there is none."""
    try:
        package = json.loads((place / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(package, dict) or package.get("name") != "pyodide" or not (place / "pyodide.mjs").is_file():
        return None
    return str(package.get("version"))


def _aside(seen: list[str]) -> str:
    return f" ({'; '.join(seen)})" if seen else ""


def _ask_permission_flag(node: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603  # a literal command
            [node, "--print", _ASK_NODE],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ASK_SECONDS,
            check=False,
            env={},
        )
        flags = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise SettingsError(None, "verify", f"{node} does not run: {error}") from error
    return str(flags[0]) if isinstance(flags, list) and flags else None
