"""The HTTP client against a real server on the loopback: retries, bounds, redirects, ranges and credentials."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from scanner.index.http.answer import Answer
from scanner.index.http.client import HttpClient
from scanner.index.http.environment import Proxies
from scanner.index.settings.credentials import Credential, Credentials
from scanner.model.errors import IndexAnswerError, IndexUnreachable, SettingsError
from scanner.model.urls import find_origin

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel

    StartIndex = Callable[[], FakeIndex]


class Fetch(Protocol):
    """Fetches one URL with a client of its own; ``options`` are the client's, all else is the request's."""

    pauses: list[float]

    def __call__(self, url: str, *, options: dict[str, Any] | None = None, **request: Any) -> Answer: ...


@pytest.fixture
def fetch() -> Fetch:
    class Fetcher:
        def __init__(self) -> None:
            self.pauses: list[float] = []

        def __call__(self, url: str, *, options: dict[str, Any] | None = None, **request: Any) -> Answer:
            return asyncio.run(self._fetch(url, options or {}, request))

        async def _fetch(self, url: str, options: dict[str, Any], request: dict[str, Any]) -> Answer:
            client = HttpClient(
                own_hosts={"127.0.0.1"},
                user_agent="compat-scan/9",
                tls=_no_tls,
                sleep=self._sleep,
                jitter=lambda: 1.0,
                **options,
            )
            try:
                return await client.fetch(url, **request)
            finally:
                await client.close()

        async def _sleep(self, seconds: float) -> None:
            self.pauses.append(seconds)

    return Fetcher()


def _no_tls() -> ssl.SSLContext:
    pytest.fail("plain http needs no certificates")


def _unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _credentials(index: FakeIndex) -> Credentials:
    origin = find_origin(index.url)
    assert origin is not None
    return Credentials([Credential(origin=origin, path="/simple/", header="Basic dXNlcjpzZWNyZXQ=")])


def test_an_answer_has_status_headers_and_body(index: FakeIndex, fetch: Fetch) -> None:
    index.answer("/x", b"body", content_type="text/plain", headers={"ETag": '"1"'})
    answer = fetch(f"{index.origin}/x", accept="text/plain", headers={"If-None-Match": '"0"'})
    assert (answer.url, answer.status, answer.body) == (f"{index.origin}/x", 200, b"body")
    assert (answer.headers["etag"], answer.is_absent) == ('"1"', False)
    sent = index.requests[0].headers
    assert (sent["user-agent"], sent["accept"], sent["if-none-match"]) == ("compat-scan/9", "text/plain", '"0"')


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_no_error(index: FakeIndex, fetch: Fetch, status: int) -> None:
    index.fail("foo", status=status)
    assert fetch(f"{index.url}foo/").is_absent


def test_a_server_may_have_other_ways_to_say_that_something_is_not_there(index: FakeIndex, fetch: Fetch) -> None:
    index.fail("foo", status=403)
    assert fetch(f"{index.url}foo/", absent_statuses=frozenset({403})).is_absent


def test_not_modified_is_an_answer(index: FakeIndex, fetch: Fetch) -> None:
    index.fail("foo", status=304)
    assert fetch(f"{index.url}foo/").status == 304


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again(index: FakeIndex, fetch: Fetch, status: int) -> None:
    index.add_names("foo")
    index.fail("foo", status=status, times=2)
    assert fetch(f"{index.url}foo/").status == 200
    assert fetch.pauses == [0.5, 1.0]


def test_a_lasting_failure_is_unreachable_after_three_tries(index: FakeIndex, fetch: Fetch) -> None:
    index.fail("foo", status=503)
    with pytest.raises(IndexUnreachable, match="HTTP 503"):
        fetch(f"{index.url}foo/")
    assert index.count("foo") == 3


@pytest.mark.parametrize(("retry_after", "pause"), [("3", 3.0), ("3600", 10.0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0)])
def test_retry_after_is_honoured_up_to_a_cap(index: FakeIndex, fetch: Fetch, retry_after: str, pause: float) -> None:
    index.add_names("foo")
    index.fail("foo", status=429, times=1, retry_after=retry_after)
    fetch(f"{index.url}foo/")
    assert fetch.pauses == [pause]


def test_a_dropped_connection_is_tried_again(index: FakeIndex, fetch: Fetch) -> None:
    index.add_names("foo")
    index.drop("foo", times=2)
    assert fetch(f"{index.url}foo/").status == 200
    assert len(fetch.pauses) == 2


def test_a_body_that_ends_too_early_is_tried_again(index: FakeIndex, fetch: Fetch) -> None:
    index.answer("/x", b"short", headers={"Content-Length": "100", "Connection": "close"})
    with pytest.raises(IndexUnreachable, match="connection broke"):
        fetch(f"{index.origin}/x")
    assert index.count("/x") == 3


def test_a_server_that_never_answers_costs_one_deadline(index: FakeIndex, fetch: Fetch) -> None:
    index.hang("/never")
    with pytest.raises(IndexUnreachable, match="no answer in time"):
        fetch(f"{index.origin}/never", options={"timeout_seconds": 0.2})
    assert index.count("/never") == 1
    assert fetch.pauses == []


def test_an_unreachable_port_is_unreachable_with_a_reason(fetch: Fetch) -> None:
    with pytest.raises(IndexUnreachable, match="no connection") as caught:
        fetch(f"http://user:secret@127.0.0.1:{_unused_port()}/simple/foo/")
    assert "secret" not in str(caught.value)
    assert len(fetch.pauses) == 2


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_says_what_to_do(index: FakeIndex, fetch: Fetch, status: int) -> None:
    index.fail("foo", status=status)
    with pytest.raises(IndexUnreachable, match="netrc"):
        fetch(f"{index.url}foo/")
    assert index.count("foo") == 1


def test_a_proxy_that_wants_credentials_says_so(index: FakeIndex, fetch: Fetch) -> None:
    index.fail("foo", status=407)
    with pytest.raises(IndexUnreachable, match="proxy"):
        fetch(f"{index.url}foo/")


@pytest.mark.parametrize("status", [204, 300, 302, 400, 406, 418])
def test_any_other_status_is_an_answer_error(index: FakeIndex, fetch: Fetch, status: int) -> None:
    index.fail("foo", status=status)
    with pytest.raises(IndexAnswerError, match=str(status)):
        fetch(f"{index.url}foo/")


# --- bounds ---


def test_a_body_over_the_bound_is_refused_by_its_announced_length(index: FakeIndex, fetch: Fetch) -> None:
    index.answer("/x", b"12345")
    assert fetch(f"{index.origin}/x", max_bytes=5).body == b"12345"
    with pytest.raises(IndexAnswerError, match="larger than 4 bytes"):
        fetch(f"{index.origin}/x", max_bytes=4)


def test_a_compressed_body_counts_unpacked(index: FakeIndex, fetch: Fetch) -> None:
    packed = gzip.compress(bytes(2_000_000))
    index.answer("/x", packed, headers={"Content-Encoding": "gzip"})
    assert len(fetch(f"{index.origin}/x").body) == 2_000_000
    with pytest.raises(IndexAnswerError, match="larger"):
        fetch(f"{index.origin}/x", max_bytes=1_000_000)


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd"])
def test_a_compression_that_was_not_asked_for_is_refused(index: FakeIndex, fetch: Fetch, encoding: str) -> None:
    index.answer("/x", b"x", headers={"Content-Encoding": encoding})
    with pytest.raises(IndexAnswerError, match="compression"):
        fetch(f"{index.origin}/x")


def test_broken_compression_is_an_answer_error(index: FakeIndex, fetch: Fetch) -> None:
    index.answer("/x", b"no gzip at all", headers={"Content-Encoding": "gzip"})
    with pytest.raises(IndexAnswerError, match="compression of the answer is broken"):
        fetch(f"{index.origin}/x")


def test_an_endless_error_page_is_not_read_to_its_end(index: FakeIndex, fetch: Fetch) -> None:
    index.answer("foo", bytes(3_000_000), status=404)
    assert fetch(f"{index.url}foo/", max_bytes=10).is_absent


# --- redirects ---


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_and_the_final_address_is_told(index: FakeIndex, fetch: Fetch, status: int) -> None:
    index.answer("/b/", b"here")
    index.redirect("/a/", "../b/", status=status)
    answer = fetch(f"{index.origin}/a/")
    assert (answer.url, answer.body) == (f"{index.origin}/b/", b"here")


def test_ten_redirects_are_followed_and_not_one_more(index: FakeIndex, fetch: Fetch) -> None:
    for step in range(11):
        index.redirect(f"/{step}", f"/{step + 1}")
    index.answer("/11", b"end")
    assert fetch(f"{index.origin}/1").body == b"end"
    with pytest.raises(IndexAnswerError, match="more than 10 times"):
        fetch(f"{index.origin}/0")


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://example.org/", "http://["])
def test_a_redirect_out_of_the_web_is_refused(index: FakeIndex, fetch: Fetch, location: str) -> None:
    index.redirect("/a", location)
    with pytest.raises(IndexAnswerError, match="no http or https address"):
        fetch(f"{index.origin}/a")


# --- credentials ---


def test_credentials_are_sent_to_their_origin_and_dropped_on_the_way_to_another(
    start_index: StartIndex, fetch: Fetch
) -> None:
    private, other = start_index(), start_index()
    private.credentials = ("user", "secret")
    private.redirect("foo", f"{other.url}foo/")
    other.answer("foo", b"elsewhere")
    answer = fetch(f"{private.url}foo/", options={"credentials": _credentials(private)})
    assert answer.body == b"elsewhere"
    assert private.requests[0].headers["authorization"] == "Basic dXNlcjpzZWNyZXQ="
    assert "authorization" not in other.requests[0].headers


def test_credentials_return_with_a_redirect_back(start_index: StartIndex, fetch: Fetch) -> None:
    private, other = start_index(), start_index()
    private.redirect("/a", f"{other.origin}/b")
    other.redirect("/b", f"{private.url}foo/")
    private.add_names("foo")
    fetch(f"{private.origin}/a", options={"credentials": _credentials(private)})
    assert "authorization" in private.requests[1].headers
    assert "authorization" not in other.requests[0].headers


def test_credentials_in_a_url_are_sent_to_its_own_origin_only(start_index: StartIndex, fetch: Fetch) -> None:
    private, other = start_index(), start_index()
    private.credentials = ("user", "se cret")
    private.redirect("/a", f"{other.origin}/b")
    other.answer("/b", b"elsewhere")
    private.serve("/c", b"here")
    secret = private.origin.replace("//", "//user:se%20cret@")
    assert fetch(f"{secret}/c").body == b"here"
    assert fetch(f"{secret}/a").url == f"{other.origin}/b"
    assert "authorization" not in other.requests[0].headers


def test_credentials_in_a_redirect_are_not_used(start_index: StartIndex, fetch: Fetch) -> None:
    index, other = start_index(), start_index()
    index.redirect("/a", other.origin.replace("//", "//user:secret@") + "/b")
    other.fail("/b", status=418)
    with pytest.raises(IndexAnswerError) as caught:
        fetch(f"{index.origin}/a")
    assert "authorization" not in other.requests[0].headers
    assert caught.value.url == f"{other.origin}/b"


def test_wrong_credentials_are_told_without_showing_them(index: FakeIndex, fetch: Fetch) -> None:
    index.credentials = ("user", "another")
    with pytest.raises(IndexUnreachable) as caught:
        fetch(f"{index.url}foo/", options={"credentials": _credentials(index)})
    assert "secret" not in str(caught.value)
    assert "dXNlcjpzZWNyZXQ" not in repr(caught.value)


# --- ranges ---


@pytest.mark.parametrize(
    ("byte_range", "expected"),
    [((0, 4), (0, 4)), ((10, None), (10, 1000)), ((-4, None), (996, 1000)), ((990, 2000), (990, 1000))],
)
def test_a_part_of_a_file_comes_with_its_bounds(
    index: FakeIndex, fetch: Fetch, byte_range: tuple[int, int | None], expected: tuple[int, int]
) -> None:
    data = bytes(number % 251 for number in range(1000))
    url = index.serve("/files/x", data)
    answer = fetch(url, byte_range=byte_range)
    start, stop = expected
    assert (answer.status, answer.body) == (206, data[start:stop])
    assert index.requests[0].headers["accept-encoding"] == "identity"


def test_a_suffix_longer_than_the_file_is_the_whole_file(index: FakeIndex, fetch: Fetch) -> None:
    url = index.serve("/files/x", b"123")
    assert fetch(url, byte_range=(-100, None)).body == b"123"


def test_a_server_without_ranges_is_told_by_the_status(index: FakeIndex, fetch: Fetch, make_wheel: MakeWheel) -> None:
    wheel = make_wheel("foo")
    url = index.add(wheel)
    index.ranges = False
    answer = fetch(url, byte_range=(0, 4))
    assert (answer.status, answer.body) == (200, wheel.data)


@pytest.mark.parametrize(
    ("content_range", "body"),
    [
        ("", b"1234"),
        ("bytes 0-3", b"1234"),
        ("items 0-3/10", b"1234"),
        ("bytes 4-7/10", b"1234"),
        ("bytes 0-3/10", b"123"),
        ("bytes 0-2/10", b"123"),
        ("bytes 0-5/10", b"123456"),
    ],
)
def test_another_part_than_asked_for_is_an_answer_error(
    index: FakeIndex, fetch: Fetch, content_range: str, body: bytes
) -> None:
    index.answer("/x", body, status=206, headers={"Content-Range": content_range})
    with pytest.raises(IndexAnswerError, match="asked for"):
        fetch(f"{index.origin}/x", byte_range=(0, 4))


def test_a_part_that_nobody_asked_for_is_an_answer_error(index: FakeIndex, fetch: Fetch) -> None:
    index.answer("/x", b"1", status=206, headers={"Content-Range": "bytes 0-0/9"})
    with pytest.raises(IndexAnswerError, match="not asked for"):
        fetch(f"{index.origin}/x")


def test_a_range_beyond_the_end_is_an_answer_error(index: FakeIndex, fetch: Fetch) -> None:
    url = index.serve("/files/x", b"123")
    with pytest.raises(IndexAnswerError, match="416"):
        fetch(url, byte_range=(5, 9))


# --- proxies, addresses and dead origins ---


def test_a_proxy_is_used_and_hosts_can_be_exempt(index: FakeIndex, fetch: Fetch) -> None:
    index.answer("/x", b"direct")
    dead = {"http": f"http://me:hunter2@127.0.0.1:{_unused_port()}"}
    tls = {"tls": ssl.create_default_context}
    assert (
        fetch(f"{index.origin}/x", options={"proxies": Proxies(by_scheme=dead, bypass="127.0.0.1")}).body == b"direct"
    )
    with pytest.raises(IndexUnreachable) as caught:
        asyncio.run(_fetch_once(f"{index.origin}/x", proxies=Proxies(by_scheme=dead), **tls))
    assert "hunter2" not in str(caught.value)
    through = Proxies(by_scheme={"http": f"http://me:hunter2@{index.origin.removeprefix('http://')}"})
    index.answer("/y", b"by proxy")
    answer = asyncio.run(_fetch_once("http://example.org/y", proxies=through, **tls))
    assert answer.body == b"by proxy"
    assert index.requests[-1].headers["host"] == "example.org"
    assert "proxy-authorization" in index.requests[-1].headers


async def _fetch_once(url: str, **options: Any) -> Answer:
    client = HttpClient(own_hosts={"127.0.0.1"}, user_agent="tests", retries=0, **options)
    try:
        return await client.fetch(url)
    finally:
        await client.close()


@pytest.mark.parametrize("proxy", ["gopher://proxy.example.org", "http://[", "socks5://127.0.0.1:1"])
def test_a_proxy_that_cannot_be_used_is_an_error_of_the_settings(proxy: str) -> None:
    options = {"proxies": Proxies(by_scheme={"all": proxy}), "tls": ssl.create_default_context}
    with pytest.raises(SettingsError, match="proxy"):
        asyncio.run(_fetch_once("http://127.0.0.1:9/", **options))


@pytest.mark.parametrize("url", ["ftp://example.org/", "https://", "nonsense", "http://127.0.0.1:9/\x00"])
def test_an_address_that_cannot_be_used_is_an_answer_error(fetch: Fetch, url: str) -> None:
    with pytest.raises(IndexAnswerError):
        fetch(url)
    assert fetch.pauses == []


def test_a_dead_origin_is_given_up_before_every_request_has_had_its_retries() -> None:
    pauses = 0

    async def count_pauses(_: float) -> None:
        nonlocal pauses
        pauses += 1

    async def fetch_all() -> list[Answer | BaseException]:
        client = HttpClient(own_hosts={"127.0.0.1"}, user_agent="tests", tls=_no_tls, sleep=count_pauses)
        url = f"http://127.0.0.1:{_unused_port()}/simple/"
        try:
            return await asyncio.gather(*(client.fetch(f"{url}{n}/") for n in range(200)), return_exceptions=True)
        finally:
            await client.close()

    failures = asyncio.run(fetch_all())
    assert all(isinstance(failure, IndexUnreachable) for failure in failures)
    assert "not tried" in str(failures[-1])
    assert pauses < 60
