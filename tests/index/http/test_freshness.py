"""How long answers are fresh."""

from __future__ import annotations

import pytest

from scanner.index.http.freshness import DEFAULT_SECONDS, MOST_SECONDS, fresh_seconds


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, DEFAULT_SECONDS),
        ({"cache-control": ""}, DEFAULT_SECONDS),
        ({"cache-control": "max-age=60"}, 60.0),
        ({"cache-control": "public, Max-Age=60, immutable"}, 60.0),
        ({"cache-control": 'max-age="60"'}, 60.0),
        ({"cache-control": "max-age=60", "age": "20"}, 40.0),
        ({"cache-control": "max-age=60", "age": "90"}, 0.0),
        ({"cache-control": "max-age=60", "age": "old"}, 60.0),
        ({"cache-control": "max-age=0"}, 0.0),
        ({"cache-control": "no-cache, max-age=60"}, 0.0),
        ({"cache-control": "no-store, max-age=60"}, None),
        ({"cache-control": "max-age=-1"}, DEFAULT_SECONDS),
        ({"cache-control": "max-age=soon"}, DEFAULT_SECONDS),
        ({"cache-control": "max-age=99999999999"}, MOST_SECONDS),
        ({"cache-control": "max-age=" + "9" * 5000}, DEFAULT_SECONDS),
    ],
)
def test_freshness_is_what_the_headers_say_within_bounds(headers: dict[str, str], expected: float | None) -> None:
    assert fresh_seconds(headers) == expected
