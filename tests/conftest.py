"""Fixtures for every test: distributions made from a dict, a package index on the loopback, and the shared folders.

``make_wheel`` and ``make_sdist`` give bytes that are the same each time; ``index`` serves them. Types for annotations:

    if TYPE_CHECKING:
        from tests.conftest import FakeIndex, MakeSdist, MakeWheel
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import html
import importlib.util
import io
import json
import re
import socket
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Protocol
from urllib.parse import quote, unquote, urlsplit

import click
import pytest
from click.testing import CliRunner, Result
from packaging.utils import NormalizedName, canonicalize_name

from scanner.cli.group import main

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPE = "application/vnd.pypi.simple.v1+html"
Files = Mapping[str, bytes | str]
Run = Callable[..., Result]


# --- distributions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DistributionFile:
    """A wheel or a source distribution in memory."""

    filename: str
    data: bytes
    project: NormalizedName
    version: str
    metadata: bytes
    requires_python: str | None = None

    @property
    def sha256(self) -> str:
        """The digest of the whole file, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


class WheelFile(DistributionFile):
    """A wheel; ``metadata`` is its METADATA."""


class SdistFile(DistributionFile):
    """A source distribution; ``metadata`` is its PKG-INFO."""


class MakeWheel(Protocol):
    """What the ``make_wheel`` fixture gives."""

    def __call__(
        self,
        name: str,
        version: str = "1.0",
        *,
        files: Files | None = None,
        tag: str = "py3-none-any",
        requires: Iterable[str] = (),
        requires_python: str | None = None,
        extras: Iterable[str] = (),
        entry_points: str = "",
        metadata: Mapping[str, str | None] | None = None,
        metadata_text: str | bytes | None = None,
    ) -> WheelFile:
        """A wheel with these files beside its own METADATA, WHEEL and RECORD.

        ``metadata`` replaces single headers (None removes one), ``metadata_text`` the whole METADATA file.
        """


class MakeSdist(Protocol):
    """What the ``make_sdist`` fixture gives."""

    def __call__(
        self,
        name: str,
        version: str = "1.0",
        *,
        files: Files | None = None,
        requires: Iterable[str] = (),
        requires_python: str | None = None,
        pkg_info: str | bytes | None = None,
        suffix: str = ".tar.gz",
    ) -> SdistFile:
        """A source distribution with these files below its own folder, beside PKG-INFO; a .tar.gz or a .zip."""


@pytest.fixture(scope="session")
def make_wheel() -> MakeWheel:
    """Make wheels from a dict of files: see ``MakeWheel``."""
    return _build_wheel


@pytest.fixture(scope="session")
def make_sdist() -> MakeSdist:
    """Make source distributions from a dict of files: see ``MakeSdist``."""
    return _build_sdist


def _build_wheel(
    name: str,
    version: str = "1.0",
    *,
    files: Files | None = None,
    tag: str = "py3-none-any",
    requires: Iterable[str] = (),
    requires_python: str | None = None,
    extras: Iterable[str] = (),
    entry_points: str = "",
    metadata: Mapping[str, str | None] | None = None,
    metadata_text: str | bytes | None = None,
) -> WheelFile:
    stem = f"{_escaped(name)}-{version}"
    headers = _headers(name, version, requires=requires, requires_python=requires_python, extras=extras)
    text = _metadata_text(headers, metadata or {}) if metadata_text is None else _as_bytes(metadata_text)
    members = {path: _as_bytes(content) for path, content in (files or {}).items()}
    members[f"{stem}.dist-info/METADATA"] = text
    members[f"{stem}.dist-info/WHEEL"] = _wheel_text(tag)
    if entry_points:
        members[f"{stem}.dist-info/entry_points.txt"] = entry_points.encode()
    members[f"{stem}.dist-info/RECORD"] = _record(members, f"{stem}.dist-info/RECORD")
    return WheelFile(
        filename=f"{stem}-{tag}.whl",
        data=_zip(members),
        project=canonicalize_name(name),
        version=version,
        metadata=text,
        requires_python=requires_python,
    )


def _build_sdist(
    name: str,
    version: str = "1.0",
    *,
    files: Files | None = None,
    requires: Iterable[str] = (),
    requires_python: str | None = None,
    pkg_info: str | bytes | None = None,
    suffix: str = ".tar.gz",
) -> SdistFile:
    stem = f"{_escaped(name)}-{version}"
    headers = _headers(name, version, requires=requires, requires_python=requires_python)
    text = _metadata_text(headers, {}) if pkg_info is None else _as_bytes(pkg_info)
    members = {f"{stem}/{path}": _as_bytes(content) for path, content in (files or {}).items()}
    members.setdefault(f"{stem}/PKG-INFO", text)
    return SdistFile(
        filename=stem + suffix,
        data=_zip(members) if suffix == ".zip" else _tar_gz(members),
        project=canonicalize_name(name),
        version=version,
        metadata=text,
        requires_python=requires_python,
    )


def _escaped(name: str) -> str:
    return canonicalize_name(name).replace("-", "_")


def _as_bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _headers(
    name: str, version: str, *, requires: Iterable[str], requires_python: str | None, extras: Iterable[str] = ()
) -> list[tuple[str, str]]:
    headers = [("Metadata-Version", "2.3"), ("Name", name), ("Version", version)]
    if requires_python is not None:
        headers.append(("Requires-Python", requires_python))
    headers.extend(("Requires-Dist", requirement) for requirement in requires)
    headers.extend(("Provides-Extra", extra) for extra in extras)
    return headers


def _metadata_text(headers: list[tuple[str, str]], overrides: Mapping[str, str | None]) -> bytes:
    kept = [(key, value) for key, value in headers if key not in overrides]
    kept.extend((key, value) for key, value in overrides.items() if value is not None)
    return "".join(f"{key}: {value}\n" for key, value in kept).encode()


def _wheel_text(tag: str) -> bytes:
    interpreters, abis, platforms = (part.split(".") for part in tag.split("-")[-3:])
    tags = [f"Tag: {i}-{a}-{p}" for i in interpreters for a in abis for p in platforms]
    pure = "true" if platforms == ["any"] else "false"
    return "\n".join(["Wheel-Version: 1.0", "Generator: tests", f"Root-Is-Purelib: {pure}", *tags, ""]).encode()


def _record(members: Mapping[str, bytes], own_path: str) -> bytes:
    rows = []
    for path, data in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(data)}\n")
    return "".join([*rows, f"{own_path},,\n"]).encode()


def _zip(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in members.items():
            info = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def _tar_gz(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, data in members.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            info.mode = 0o644
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(buffer.getvalue(), mtime=0)


# --- the index ----------------------------------------------------------------------------------------------------


Take = Callable[[click.Command, str, Sequence[str]], click.Context]


@pytest.fixture(scope="session")
def take() -> Take:
    """Has a command take words as it does below the whole command line, from which it inherits the names of --help.

    By itself it would remember others, for good, and so for all tests that follow.
    """

    def make(command: click.Command, name: str, words: Sequence[str]) -> click.Context:
        return command.make_context(name, list(words), parent=click.Context(main, **main.context_settings))

    return make


@pytest.fixture(scope="session")
def load_tool() -> Iterator[Callable[[str], ModuleType]]:
    """Loads a script of tools/ as a module, with its neighbours on the path as where Python runs it."""
    folder = Path(__file__).resolve().parents[1] / "tools"
    loaded: list[str] = []

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # dataclasses look their module up
        loaded.append(name)
        spec.loader.exec_module(module)
        return module

    sys.path.insert(0, str(folder))
    yield load
    sys.path.remove(str(folder))
    for name in loaded:
        del sys.modules[name]


@pytest.fixture
def start_index() -> Iterator[Callable[[], FakeIndex]]:
    """Start as many package indexes as a test needs, each an origin of its own; all stop with the test."""
    started: list[FakeIndex] = []

    def start() -> FakeIndex:
        started.append(FakeIndex())
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture
def index(start_index: Callable[[], FakeIndex]) -> FakeIndex:
    """One package index on the loopback, empty until the test adds distributions."""
    return start_index()


@dataclass(frozen=True, kw_only=True)
class SeenRequest:
    """One request as the index received it; header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(kw_only=True)
class Rule:
    """What the index answers instead of its own answer, as long as ``times`` lasts (None: always)."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int | None = None
    hang: bool = False
    drop: bool = False


class FakeIndex:
    """A package index that serves PEP 691 JSON and PEP 503 HTML, ranges and metadata sidecars (PEP 658).

    Everything that says «what» takes a project's name (its listing) or a path that begins with a slash.
    """

    def __init__(self) -> None:
        self.ranges = True
        """Whether byte ranges are honoured; without them the whole file is sent with status 200."""
        self.html_only = False
        """Whether the index knows nothing of JSON."""
        self.credentials: tuple[str, str] | None = None
        """User and password that every request must carry, or None."""
        self.requests: list[SeenRequest] = []
        """Everything that was asked for, in order of arrival."""
        self.connections = 0
        """How many connections were opened."""
        self._listings: dict[str, list[dict[str, object]]] = {}
        self._files: dict[str, bytes] = {}
        self._rules: dict[str, Rule] = {}
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def origin(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """The address to configure as index URL; it ends in a slash."""
        return f"{self.origin}/simple/"

    def add(
        self,
        distribution: DistributionFile,
        *,
        yanked: bool | str = False,
        requires_python: str | None = None,
        core_metadata: bool = True,
        upload_time: str | None = None,
        with_hash: bool = True,
        with_size: bool = True,
    ) -> str:
        """Serve a distribution in its project's listing and return the file's URL.

        ``requires_python`` None means what the distribution itself says. A wheel has a metadata sidecar unless
        ``core_metadata`` is False.
        """
        path = f"/files/{distribution.project}/{distribution.filename}"
        row: dict[str, object] = {"filename": distribution.filename, "url": self.origin + quote(path), "hashes": {}}
        if with_hash:
            row["hashes"] = {"sha256": distribution.sha256}
        if with_size:
            row["size"] = len(distribution.data)
        row["requires-python"] = requires_python or distribution.requires_python
        row["yanked"] = yanked
        if upload_time is not None:
            row["upload-time"] = upload_time
        if core_metadata and isinstance(distribution, WheelFile):
            row["core-metadata"] = {"sha256": hashlib.sha256(distribution.metadata).hexdigest()}
            self._files[f"{path}.metadata"] = distribution.metadata
        self._files[path] = distribution.data
        self._listings.setdefault(distribution.project, []).append(row)
        return self.origin + quote(path)

    def add_names(self, project: str, filenames: Iterable[str] = (), **extra: object) -> None:
        """List files that cannot be fetched; ``extra`` goes into each row, with «_» written for «-»."""
        name = canonicalize_name(project)
        rows = self._listings.setdefault(name, [])
        fields = {key.replace("_", "-"): value for key, value in extra.items()}
        for filename in filenames:
            url = f"{self.origin}/files/{name}/{quote(filename)}"
            rows.append({"filename": filename, "url": url, "hashes": {}, **fields})

    def serve(self, path: str, data: bytes) -> str:
        """Serve any bytes, by ranges too, without listing them; returns the URL."""
        self._files[path] = data
        return self.origin + quote(path)

    def fail(self, what: str, *, status: int = 503, times: int | None = None, retry_after: str | None = None) -> None:
        """Answer with an error ``times`` times, or always."""
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        self._rules[_path(what)] = Rule(status=status, headers=headers, times=times)

    def answer(
        self,
        what: str,
        body: bytes | str,
        *,
        status: int = 200,
        content_type: str = JSON_TYPE,
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
    ) -> None:
        """Answer with exactly this, ``times`` times or always."""
        merged = {"Content-Type": content_type, **(headers or {})}
        self._rules[_path(what)] = Rule(status=status, body=_as_bytes(body), headers=merged, times=times)

    def redirect(self, what: str, location: str, *, status: int = 302) -> None:
        """Answer with a redirect."""
        self._rules[_path(what)] = Rule(status=status, headers={"Location": location})

    def hang(self, what: str) -> None:
        """Take the request and never answer, until the test is over."""
        self._rules[_path(what)] = Rule(status=200, hang=True)

    def drop(self, what: str, *, times: int | None = None) -> None:
        """Close the connection instead of answering, ``times`` times or always."""
        self._rules[_path(what)] = Rule(status=200, drop=True, times=times)

    def count(self, what: str) -> int:
        """How often this was asked for."""
        path = _path(what)
        return sum(1 for request in self.requests if request.path == path)

    def close(self) -> None:
        """Stop serving; open connections are cut, so that no socket outlives the test."""
        self._released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.cut_connections()
        self._server.server_close()

    # What the handler asks, from its own threads.

    def note(self, request: SeenRequest) -> Rule | None:
        """Log a request and give the rule that is in force for it."""
        with self._lock:
            self.requests.append(request)
            rule = self._rules.get(request.path)
            if rule is None or rule.times == 0:
                return None
            if rule.times is not None:
                rule.times -= 1
            return rule

    def wait_for_end(self) -> None:
        """Block until the index is closed."""
        self._released.wait()

    def is_allowed(self, header: str | None) -> bool:
        """Whether an Authorization header will do."""
        if self.credentials is None:
            return True
        expected = base64.b64encode(":".join(self.credentials).encode()).decode()
        return header == f"Basic {expected}"

    def file(self, path: str) -> bytes | None:
        """The bytes of a file or sidecar; None where there is none."""
        return self._files.get(path)

    def listing(self, path: str, *, as_json: bool) -> bytes | None:
        """A project's page; None where there is no such project."""
        name = path.removeprefix("/simple/").rstrip("/")
        rows = self._listings.get(name) if path.startswith("/simple/") else None
        if rows is None:
            return None
        if as_json:
            return json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": rows}).encode()
        return _page(name, rows)


def _path(what: str) -> str:
    return what if what.startswith("/") else f"/simple/{canonicalize_name(what)}/"


def _page(name: str, rows: Iterable[Mapping[str, object]]) -> bytes:
    lines = ["<!DOCTYPE html>", '<html><head><meta name="pypi:repository-version" content="1.1">']
    lines.append(f"<title>Links for {html.escape(name)}</title></head><body>")
    lines.extend(_anchor(row) for row in rows)
    return "\n".join([*lines, "</body></html>"]).encode()


def _anchor(row: Mapping[str, object]) -> str:
    hashes, core = row.get("hashes"), row.get("core-metadata")
    fragment = f"#sha256={hashes['sha256']}" if isinstance(hashes, dict) and hashes else ""
    attributes = [f'href="{html.escape(str(row["url"]) + fragment)}"']
    if row.get("requires-python"):
        attributes.append(f'data-requires-python="{html.escape(str(row["requires-python"]))}"')
    if row.get("yanked"):
        reason = "" if row["yanked"] is True else str(row["yanked"])
        attributes.append(f'data-yanked="{html.escape(reason)}"')
    if isinstance(core, dict):
        attributes.append(f'data-core-metadata="sha256={core["sha256"]}"')
    return f"<a {' '.join(attributes)}>{html.escape(str(row['filename']))}</a><br>"


class _Server(ThreadingHTTPServer):
    """Knows its open connections, so that closing it leaves none behind."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(self, index: FakeIndex) -> None:
        self.index = index
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        if isinstance(request, socket.socket):
            with self._open_lock:
                self._open.add(request)
                self.index.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay quiet: clients that go away in the middle are part of the tests."""

    def cut_connections(self) -> None:
        """End every connection that is still open."""
        with self._open_lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one write a response: headers and body in one packet where they fit
    server: _Server

    def do_GET(self) -> None:
        self._respond()

    def do_HEAD(self) -> None:
        self._respond()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay quiet."""

    def _respond(self) -> None:
        index = self.server.index
        path = unquote(urlsplit(self.path).path)
        headers = {key.lower(): value for key, value in self.headers.items()}
        rule = index.note(SeenRequest(method=self.command, path=path, headers=headers))
        if rule is not None:
            self._follow(rule)
        elif not index.is_allowed(headers.get("authorization")):
            self._send(401, b"", {"WWW-Authenticate": "Basic"})
        elif (data := index.file(path)) is not None:
            self._send_file(data, headers.get("range"))
        else:
            self._send_listing(path, headers.get("accept", ""))

    def _follow(self, rule: Rule) -> None:
        if rule.hang:
            self.server.index.wait_for_end()
            self.close_connection = True
        elif rule.drop:
            self.close_connection = True
        else:
            self._send(rule.status, rule.body, rule.headers)

    def _send_listing(self, path: str, accept: str) -> None:
        as_json = "+json" in accept and not self.server.index.html_only
        body = self.server.index.listing(path, as_json=as_json)
        if body is None:
            self._send(404, b"no such project", {"Content-Type": "text/plain"})
            return
        html_type = HTML_TYPE if "+html" in accept and not self.server.index.html_only else "text/html; charset=utf-8"
        self._send(200, body, {"Content-Type": JSON_TYPE if as_json else html_type})

    def _send_file(self, data: bytes, wanted: str | None) -> None:
        headers = {"Content-Type": "application/octet-stream"}
        bounds = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted or "")
        if bounds is None or not self.server.index.ranges:
            self._send(200, data, headers)
            return
        start, stop = _bounds(bounds[1], bounds[2], len(data))
        if start >= stop:
            self._send(416, b"", {"Content-Range": f"bytes */{len(data)}"})
            return
        self._send(206, data[start:stop], {**headers, "Content-Range": f"bytes {start}-{stop - 1}/{len(data)}"})

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()


def _bounds(first: str, last: str, size_bytes: int) -> tuple[int, int]:
    """Start and stop (exclusive) of a range header's two numbers; an empty first one counts from the end."""
    if not first:
        return max(size_bytes - int(last or 0), 0), size_bytes
    return int(first), min(int(last) + 1, size_bytes) if last else size_bytes


# --- shared folders -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real dependency files; the test is skipped where it is absent."""
    return _shared("corpus")


@pytest.fixture(scope="session")
def facts() -> Path:
    """The folder of researched facts; the test is skipped where it is absent."""
    return _shared("facts")


def _shared(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is not on this machine")
    return folder


# --- the command line ---------------------------------------------------------------------------------------------


@pytest.fixture
def run(index: FakeIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line in a folder of its own, against the index on the loopback."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)

    def invoke(
        *words: str,
        files: dict[str, str] | None = None,
        stdin: str | None = None,
        url: str = "",
        env: dict[str, str] | None = None,
    ) -> Result:
        for name, text in (files or {}).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        environ = {
            "UV_DEFAULT_INDEX": url or index.url,
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_FIND_LINKS": "",
            "HOME": str(tmp_path),
            "XDG_CACHE_HOME": str(tmp_path / ".user-cache"),
            "XDG_CONFIG_DIRS": str(tmp_path),
            "COMPAT_SCAN_NO_CACHE": "true",
            "CI": "1",
            **(env or {}),
        }
        return CliRunner(env=environ).invoke(
            main, list(words), input=stdin, prog_name="compat-scan", catch_exceptions=False
        )

    return invoke
