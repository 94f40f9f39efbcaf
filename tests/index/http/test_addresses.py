"""Hosts that the user's own settings do not name lead nowhere into this machine's networks."""

from __future__ import annotations

import asyncio

import pytest

from scanner.index.http.addresses import AddressGuard
from scanner.model.errors import IndexUnreachable
from scanner.model.urls import find_origin


def _find(host: str, own: set[str] | None = None) -> tuple[str, ...]:
    origin = find_origin(f"http://{host}:8000/")
    assert origin is not None
    return asyncio.run(AddressGuard(own or set()).find(origin))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.8.8",
        "2130706433",
        "0x7f.1",
        "0.0.0.1",
        "localhost",
        "10.1.2.3",
        "172.31.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[fd00::1]",
        "[fe80::1]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[2002:7f00:1::]",
        "[64:ff9b::a00:1]",
    ],
)
def test_private_addresses_are_refused_with_the_way_to_allow_them(host: str) -> None:
    with pytest.raises(IndexUnreachable, match=r"(?s)not requested.*--extra-index-url"):
        _find(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "172.32.0.1", "203.0.113.80", "[2606:4700::1111]", "[64:ff9b::808:808]"])
def test_public_addresses_are_what_is_connected_to(host: str) -> None:
    assert _find(host) == (host.strip("[]"),)


def test_a_host_that_the_user_names_may_have_any_address() -> None:
    assert _find("127.0.0.1", {"127.0.0.1"}) == ()


def test_a_host_without_an_address_is_unreachable() -> None:
    with pytest.raises(IndexUnreachable, match="no address"):
        _find("nowhere.invalid")
