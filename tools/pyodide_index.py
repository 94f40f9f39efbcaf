"""A simple index on the loopback with what a Pyodide release ships, for installers that cannot reach its own host.

It lists the file names of data/pyodide/<version>.json and answers with metadata sidecars (PEP 658) only: that is all
an installer needs to resolve. What a build requires is taken from the same version's wheel on the package index, as the
scanner itself does; where the index does not have that version, from the release's own list of what it is loaded with.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from scanner.index.supply import IndexSupply
from scanner.model.errors import ScanError
from scanner.model.metadata import CoreMetadata
from scanner.runtime.tables import PyodidePackage, PyodideRelease

_JSON = "application/vnd.pypi.simple.v1+json"


@contextmanager
def serve_pyodide(release: PyodideRelease, metadata: Mapping[str, str]) -> Iterator[str]:
    """The address of an index of the release, as long as the block lasts; ``metadata`` is by project name."""
    server = _Server(_build_answers(release, metadata))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"{server.origin}/simple/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def collect_metadata(release: PyodideRelease, supply: IndexSupply, cache: Path) -> dict[str, str]:
    """The metadata text of every build by project name, fetched once and then read from the cache file."""
    if cache.exists():
        known: dict[str, str] = json.loads(cache.read_text(encoding="utf-8"))
        return known
    candidates = [
        candidate
        for name, package in release.packages.items()
        if (candidate := supply.candidates(name).candidate(package.version)) is not None
    ]
    supply.prefetch_metadata(tuple(candidates))
    collected = {}
    for candidate in candidates:
        package = release.packages[candidate.release.name]
        try:
            metadata = supply.metadata(candidate)
        except ScanError:
            metadata = None
        collected[str(package.name)] = _format_metadata(package, metadata)
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text(json.dumps(collected), encoding="utf-8")
    return collected


def _format_metadata(package: PyodidePackage, metadata: CoreMetadata | None) -> str:
    requires = [str(requirement) for requirement in metadata.requires] if metadata else list(package.depends)
    extras = metadata.extras if metadata else ()
    lines = ["Metadata-Version: 2.1", f"Name: {package.name}", f"Version: {package.version}"]
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    return "\n".join([*lines, ""])


def _build_answers(release: PyodideRelease, metadata: Mapping[str, str]) -> dict[str, tuple[str, bytes]]:
    """What each path answers: a content type and a body; files are named relative to the listing."""
    answers = {}
    for name, package in release.packages.items():
        text = metadata[name].encode()
        row = {
            "filename": package.filename,
            "url": f"../../files/{package.filename}",
            "hashes": {"sha256": package.sha256} if package.sha256 else {},
            "core-metadata": {"sha256": hashlib.sha256(text).hexdigest()},
        }
        listing = {"meta": {"api-version": "1.1"}, "name": name, "files": [row]}
        answers[f"/simple/{name}/"] = (_JSON, json.dumps(listing).encode())
        answers[f"/files/{package.filename}.metadata"] = ("text/plain", text)
    return answers


class _Server(ThreadingHTTPServer):
    """An index that holds all its answers in memory."""

    daemon_threads = True

    def __init__(self, answers: Mapping[str, tuple[str, bytes]]) -> None:
        self.answers = answers
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """Answers from memory, or with 404."""
        kind, body = self.server.answers.get(unquote(urlsplit(self.path).path), ("text/plain", b""))
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        """Stays quiet."""
