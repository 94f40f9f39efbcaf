"""Which hosts may be asked: no scanned file, listing or redirect leads into this machine's own networks."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Collection

from scanner.model.errors import IndexUnreachable
from scanner.model.urls import Origin

# This machine, its link, private networks and multicast (RFC 1122, 1918, 3927, 6598, 1112; RFC 4291, 4193).
_PRIVATE_V4 = "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 224.0.0.0/3"
_PRIVATE_V6 = "::/127 fc00::/7 fe80::/10 fec0::/10 ff00::/8"
_PRIVATE = tuple(map(ipaddress.ip_network, (*_PRIVATE_V4.split(), *_PRIVATE_V6.split())))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressGuard:
    """Finds the addresses of hosts that the user's own settings do not name, and refuses private ones."""

    def __init__(self, own_hosts: Collection[str]) -> None:
        self._own_hosts = own_hosts
        self._known: dict[str, tuple[str, ...]] = {}

    async def find(self, origin: Origin) -> tuple[str, ...]:
        """The public addresses to connect to; empty for a host that is the user's own, which may have any.

        A connection goes to one of these, so a name that changes its address afterwards leads nowhere else.

        Raises:
            IndexUnreachable: the host has no address, or one of this machine or its networks.
        """
        if origin.host in self._own_hosts:
            return ()
        if origin.host not in self._known:
            self._known[origin.host] = await _resolve(origin)
        return self._known[origin.host]


async def _resolve(origin: Origin) -> tuple[str, ...]:
    url = f"{origin.scheme}://{origin.host}:{origin.port}/"
    try:
        found = await asyncio.get_running_loop().getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise IndexUnreachable(url, f"no connection: {origin.host} has no address") from error
    addresses = tuple(dict.fromkeys(str(info[4][0]) for info in found))
    private = next((text for text in addresses if not _is_public(text)), None)
    if private is not None:
        raise IndexUnreachable(
            url,
            f"not requested: {origin.host} is an address of this machine or its network, and only a scanned file or an "
            "answer names it; to allow it, name the host in --extra-index-url or in PIP_TRUSTED_HOST",
        )
    return addresses


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        address = inner or address
    return not any(address in network for network in _PRIVATE)
