"""Certificates: which are trusted, and what happens with a server that has none of them."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from scanner.index.http.answer import Answer
from scanner.index.http.client import HttpClient
from scanner.index.http.environment import make_tls_context
from scanner.model.errors import IndexUnreachable, SettingsError


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not on this machine")
    folder = tmp_path_factory.mktemp("tls")
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return both


class _Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Stay quiet."""


@pytest.fixture
def https_url(certificate: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = HTTPServer(("127.0.0.1", 0), _Hello)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def _fetch(url: str, tls: Callable[[], ssl.SSLContext], pauses: list[float]) -> Answer:
    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def fetch() -> Answer:
        client = HttpClient(own_hosts={"127.0.0.1"}, user_agent="tests", tls=tls, sleep=sleep)
        try:
            return await client.fetch(url)
        finally:
            await client.close()

    return asyncio.run(fetch())


@pytest.mark.parametrize("variable", [None, "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_a_named_certificate_is_trusted(certificate: Path, https_url: str, variable: str | None) -> None:
    cert = str(certificate) if variable is None else None
    environ = {} if variable is None else {variable: str(certificate)}
    assert _fetch(https_url, lambda: make_tls_context(cert, environ), []).body == b"hello"


def test_an_unknown_certificate_is_refused_at_once_with_advice(https_url: str) -> None:
    pauses: list[float] = []
    with pytest.raises(IndexUnreachable, match="SSL_CERT_FILE"):
        _fetch(https_url, lambda: make_tls_context(None, {}), pauses)
    assert pauses == []


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_file_without_certificates_is_an_error_of_the_settings(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match="SSL_CERT_FILE"):
        make_tls_context(None, {"SSL_CERT_FILE": str(path)})


def test_a_folder_of_certificates_is_taken_as_one(tmp_path: Path) -> None:
    context = make_tls_context(str(tmp_path), {"SSL_CERT_FILE": "/not/looked/at"})
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.cert_store_stats()["x509_ca"] == 0


def test_the_settings_error_reaches_who_asked(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cert"):
        _fetch("https://127.0.0.1:9/", lambda: make_tls_context(str(tmp_path / "absent"), {}), [])
