"""Loopback registries with a made-up workers-py 1.18.0, its SDK, a made-up Pyodide release and a made-up Wrangler."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scanner.runtime import tables

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel

METADATA = """
from datetime import datetime
from typing import NamedTuple

class PythonCompatVersion(NamedTuple):
    version: str
    compat_flag: str
    compat_date: datetime | None
    experimental: bool = False

PYTHON_COMPAT_VERSIONS = [
    PythonCompatVersion("3.15", "python_workers_315", datetime.strptime("2027-03-02", "%Y-%m-%d")),
    PythonCompatVersion("3.14", "python_workers_314", datetime.strptime("2026-09-08", "%Y-%m-%d")),
    PythonCompatVersion("3.13", "python_workers_20250116", datetime.strptime("2025-09-29", "%Y-%m-%d")),
    PythonCompatVersion("3.12", "python_workers", None),
]
"""
_CASES = {"3.12": ("3.12.7", "0.27.7"), "3.13": ("3.13.2", "0.28.3"), "3.14": ("3.14.2", "314.0.7")}
_CASES["3.15"] = ("3.15.1", "315.0.1")


def _match(function: str, position: int) -> str:
    cases = "".join(f'        case "{key}":\n            v = "{values[position]}"\n' for key, values in _CASES.items())
    return f"def {function}() -> str:\n    match get_python_version():\n{cases}    return v\n\n\n"


UTILS = _match("get_uv_pyodide_interp_name", 0) + _match("get_pyodide_index", 1)
SDK = {
    "_workers_sdk_entropy_import_context.py": (
        '@register_exec_patch("jiter")\n@register_create_patch("new_package._core")\n@contextmanager\n'
        "def rust(module):\n    with allow_bad_entropy_calls(1):\n        yield\n\n\n"
        '@register_exec_patch("fastapi.telemetry")\ndef telemetry(module):\n'
        '    with allow_bad_entropy_calls_for_version("fastapi", 1, (0, 142, 0)):\n        yield\n'
    ),
    "_workers_sdk_package_patches.py": '@register_exec_patch("anyio.to_thread")\ndef f(module):\n    yield\n',
    "_pyodide_entrypoint_helper.pyi": "",
    "workers/__init__.py": "import _cloudflare_new, js, json\n",
}


def _package(name: str, filename: str) -> dict[str, Any]:
    return {
        "name": name,
        "version": "1.0",
        "file_name": filename,
        "package_type": "package",
        "depends": [],
        "imports": [name],
        "sha256": "0" * 64,
    }


LOCK: Mapping[str, Any] = {
    "info": {"abi_version": "2026_5", "arch": "wasm32", "platform": "emscripten_6_0_5", "python": "3.15.1"},
    "packages": {"numpy": _package("numpy", "numpy-1.0-cp315-cp315-pyemscripten_2026_5_wasm32.whl")},
}
SCHEMA: Mapping[str, Any] = {
    "definitions": {
        "RawConfig": {
            "properties": {
                "name": {},
                "containers": {},
                "new_key": {"description": "NOTE: not automatically inherited from the top level environment"},
            }
        },
        "ContainerApp": {"properties": {"image": {}, "command": {}}},
    }
}


def pack(members: Mapping[str, bytes]) -> bytes:
    """An npm package's archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, data in members.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def serve_npm(index: FakeIndex, package: str, version: str, archive: bytes, *, tag: str = "") -> None:
    """Serve one version of an npm package below /npm/."""
    integrity = f"sha512-{base64.b64encode(hashlib.sha512(archive).digest()).decode()}"
    document = json.dumps({"name": package, "version": version, "dist": {"integrity": integrity}})
    index.serve(f"/npm/{package}/{tag or version}", document.encode())
    index.serve(f"/npm/{package}/-/{package}-{version}.tgz", archive)


@pytest.fixture
def registries(index: FakeIndex, make_wheel: MakeWheel) -> FakeIndex:
    """Both registries on one origin, with something new of everything."""
    files = {"pywrangler/metadata.py": METADATA, "pywrangler/utils.py": UTILS}
    index.add(make_wheel("workers-py", "1.18.0", files=files))
    index.add(make_wheel("workers-py", "1.19.0rc1", files={"pywrangler/metadata.py": "broken ("}))
    index.add(make_wheel("workers-runtime-sdk", "1.10.0", files=SDK))
    serve_npm(index, "pyodide", "315.0.1", pack({"package/pyodide-lock.json": json.dumps(LOCK).encode()}))
    schema = json.dumps(SCHEMA).encode()
    serve_npm(index, "wrangler", "4.200.0", pack({"package/config-schema.json": schema}), tag="latest")
    return index


@pytest.fixture
def shipped_again() -> Iterator[None]:
    """The shipped tables are in force again after the test."""
    yield
    tables.use_updates(None)


@pytest.fixture
def cache_folder(tmp_path: Path) -> Path:
    """The folder that the updated tables are written to."""
    return tmp_path / "cache"
