"""The two ways that requests travel: by httpx alone, and by aiohttp below it where the extra «fast» is installed."""

from __future__ import annotations

import pytest

from scanner.index import client


@pytest.fixture(params=["httpx", "aiohttp"])
def transport(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Makes every client of the test use this one; its name."""
    name: str = request.param
    if name == "httpx":
        monkeypatch.setattr(client, "_find_fast_transport", lambda: None)
    else:
        pytest.importorskip("aiohttp")
    return name
