"""A package index on the loopback for bench.py: recorded real documents, and made-up projects as many as are wanted.

Real documents are recorded on first use into a folder that git ignores, and served from there ever after. Projects
named «bench-<number>» are made up: twenty releases with small wheels. Run as a program it serves until it is ended.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import re
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from scanner.runtime.tables import load_platform

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
VERSIONS = 20
_MADE_UP = re.compile(r"/simple/(bench-\d+)/")
_MADE_UP_FILE = re.compile(r"/files/made-up/bench_(\d+)-(\d+)\.0-py3-none-any\.whl(\.metadata)?")
_RANGE = re.compile(rb"\r\nrange: bytes=(\d*)-(\d*)", re.IGNORECASE)


@dataclass(kw_only=True)
class Recorder:
    """The documents by path, from memory, else from the folder, else from the real index."""

    folder: Path
    origin: str
    hosts: dict[str, str] = field(default_factory=dict)
    """The real origin of every file by its path, as the recorded listings tell."""
    documents: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """The paths that were asked for as a whole, in their order; /asked gives them."""

    def find(self, path: str) -> tuple[int, bytes]:
        """Status and body."""
        if path == "/asked":
            return 200, "\n".join(self.asked).encode()
        if path not in self.documents:
            self.documents[path] = make_up(path, self.origin) or self._recorded(path)
        return self.documents[path]

    def _recorded(self, path: str) -> tuple[int, bytes]:
        place = self.folder / hashlib.sha256(path.encode()).hexdigest()
        if not place.exists():
            status, body = self._record(path)
            place.write_bytes(b"%d\n" % status + body)
        status_text, _, body = place.read_bytes().partition(b"\n")
        if path.startswith("/simple/"):
            body = self._localized(body)
        return int(status_text), body

    def _record(self, path: str) -> tuple[int, bytes]:
        real = load_platform().public_index_url.rstrip("/")
        url = real + path.removeprefix("/simple") if path.startswith("/simple/") else self.hosts.get(path, "") + path
        request = urllib.request.Request(url, headers={"Accept": JSON_TYPE})  # noqa: S310  # the index's own address
        print(f"recording {path}", file=sys.stderr, flush=True)
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:  # noqa: S310  # as above
                return 200, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, b""

    def _localized(self, body: bytes) -> bytes:
        """A listing whose files are here; where they really are is noted."""
        if not body:
            return body
        document = json.loads(body)
        for file in document["files"]:
            parts = urlsplit(file["url"])
            real = f"{parts.scheme}://{parts.netloc}"
            self.hosts[parts.path] = self.hosts[f"{parts.path}.metadata"] = real
            file["url"] = self.origin + parts.path
        return json.dumps(document, separators=(",", ":")).encode()


def make_up(path: str, origin: str) -> tuple[int, bytes] | None:
    """A document of a made-up project; None for every other path."""
    listing = _MADE_UP.fullmatch(path)
    if listing is not None:
        return 200, made_up_listing(listing[1], origin)
    file = _MADE_UP_FILE.fullmatch(path)
    if file is None:
        return None
    metadata, wheel = made_up_wheel(int(file[1]), int(file[2]))
    return 200, metadata if file[3] else wheel


def made_up_listing(name: str, origin: str) -> bytes:
    """The listing of a made-up project."""
    number = int(name.rpartition("-")[2])
    files: list[dict[str, object]] = []
    for version in range(1, VERSIONS + 1):
        filename = f"bench_{number}-{version}.0-py3-none-any.whl"
        metadata, wheel = made_up_wheel(number, version)
        file = {"filename": filename, "url": f"{origin}/files/made-up/{filename}", "size": len(wheel)}
        hashes = {"sha256": hashlib.sha256(wheel).hexdigest()}
        core = {"sha256": hashlib.sha256(metadata).hexdigest()}
        files.append({**file, "hashes": hashes, "core-metadata": core, "requires-python": ">=3.8", "yanked": False})
    return json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": files}).encode()


def made_up_wheel(number: int, version: int) -> tuple[bytes, bytes]:
    """Metadata and wheel; each project requires the one of half its number, so that the tree is deep."""
    metadata = f"Metadata-Version: 2.1\nName: bench-{number}\nVersion: {version}.0\n"
    if number > 1:
        metadata += f"Requires-Dist: bench-{number // 2}\n"
    folder = f"bench_{number}-{version}.0.dist-info"
    members = {
        f"bench_{number}/__init__.py": f"import json\nNUMBER = {number}\n",
        f"{folder}/METADATA": metadata,
        f"{folder}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{folder}/RECORD": "",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in members.items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return metadata.encode(), buffer.getvalue()


class _Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive and byte ranges: as little as clients need, so that serving costs next to nothing."""

    def __init__(self, recorder: Recorder, delay_seconds: float) -> None:
        self._recorder = recorder
        self._delay_seconds = delay_seconds
        self._waiting = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # what TCP gives
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while b"\r\n\r\n" in self._waiting:
            head, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
            answer = self._answer(head)
            asyncio.get_running_loop().call_later(self._delay_seconds, self._send, answer)

    def _send(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)

    def _answer(self, head: bytes) -> bytes:
        method, path = head.split(b" ", 2)[:2]
        name = path.decode("latin-1").partition("?")[0]
        status, body = self._recorder.find(name)
        kind = JSON_TYPE if name.startswith("/simple/") else "application/octet-stream"
        lines = [f"Content-Type: {kind}", "Cache-Control: max-age=600", "Accept-Ranges: bytes"]
        part = _RANGE.search(head)
        if part is None:
            self._recorder.asked.append(name)
        if part is not None and status == 200:
            total = len(body)
            start = int(part[1]) if part[1] else max(0, total - int(part[2]))
            stop = min(total, int(part[2]) + 1) if part[1] and part[2] else total
            status, body = 206, body[start:stop]
            lines.append(f"Content-Range: bytes {start}-{stop - 1}/{total}")
        lines.append(f"Content-Length: {len(body)}")
        text = f"HTTP/1.1 {status} Said\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n"
        return text.encode() + (b"" if method == b"HEAD" else body)


async def serve(folder: Path, delay_ms: float, warm_paths: Sequence[str]) -> None:
    """Serve until ended, these paths from memory from the beginning; then the address is printed."""
    loop = asyncio.get_running_loop()
    recorder = Recorder(folder=folder, origin="")
    server = await loop.create_server(lambda: _Connection(recorder, delay_ms / 1000), "127.0.0.1", 0, backlog=128)
    recorder.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for path in warm_paths:
        recorder.find(path)
    print(recorder.origin, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    cache_folder = Path(sys.argv[1])
    cache_folder.mkdir(parents=True, exist_ok=True)
    paths_file = Path(sys.argv[3])
    asyncio.run(serve(cache_folder, float(sys.argv[2]), paths_file.read_text(encoding="utf-8").split()))
