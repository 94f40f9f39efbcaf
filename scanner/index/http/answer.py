"""What a server said, and whether that is something a caller can use. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.index.http.retry import RETRY_STATUSES
from scanner.model.errors import IndexAnswerError, IndexFailure, IndexRefused, IndexUnreachable

_ABSENT_STATUSES = frozenset({404, 410})
_ANSWER_STATUSES = frozenset({200, 203, 206, 304}) | _ABSENT_STATUSES
ByteRange = tuple[int, int | None]
"""Start and stop (exclusive); stop None means to the end, and with it a negative start the last bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ContentRange:
    """Which bytes of a file an answer holds; ``stop`` is exclusive, ``total_bytes`` None where the server hides it."""

    start: int
    stop: int
    total_bytes: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a server said in the end."""

    url: str
    """Where the answer came from after redirects, without credentials."""
    status: int
    """200; 206 for a part that was asked for (200 then means that the server knows no ranges); 304; 404 or 410."""
    headers: Mapping[str, str] = field(repr=False)
    """With names in small letters."""
    body: bytes = field(repr=False)

    @property
    def is_absent(self) -> bool:
        """Whether the server says that there is no such thing."""
        return self.status in _ABSENT_STATUSES


def check_answer(answer: Answer, byte_range: ByteRange | None, absent_statuses: frozenset[int]) -> Answer:
    """The answer, if it is one that the caller can use."""
    status = answer.status
    if status in absent_statuses:
        return Answer(url=answer.url, status=404, headers=answer.headers, body=b"")
    if status == 206:
        return _check_range(answer, byte_range)
    if status not in _ANSWER_STATUSES:
        raise _refusal(answer)
    return answer


def _refusal(answer: Answer) -> IndexFailure:
    status = answer.status
    if status in (401, 403):
        advice = "give user and password in the index URL or in a netrc file, or check that they are right"
        return IndexRefused(answer.url, f"access refused (HTTP {status}): {advice}")
    if status == 407:
        return IndexUnreachable(answer.url, "the proxy wants credentials (HTTP 407): put them into the proxy URL")
    if status >= 500 or status in RETRY_STATUSES:
        return IndexUnreachable(answer.url, f"the server is not able to answer now (HTTP {status})")
    return IndexAnswerError(answer.url, f"answered with the unexpected status {status}")


def range_header(byte_range: ByteRange) -> str:
    """The value of the Range header that asks for these bytes; its last byte is inclusive."""
    start, stop = byte_range
    if start < 0:
        return f"bytes={start}"
    return f"bytes={start}-" if stop is None else f"bytes={start}-{stop - 1}"


def _check_range(answer: Answer, byte_range: ByteRange | None) -> Answer:
    """The partial answer, whose bounds must be those that were asked for; a file may end before."""
    text = answer.headers.get("content-range", "")
    match = re.fullmatch(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", text.strip(), re.ASCII)
    if byte_range is None or match is None:
        raise IndexAnswerError(answer.url, "answered with a part of the file that was not asked for")
    found = ContentRange(
        start=int(match[1]), stop=int(match[2]) + 1, total_bytes=None if match[3] == "*" else int(match[3])
    )
    if not _is_asked_for(found, byte_range) or len(answer.body) != found.stop - found.start:
        raise IndexAnswerError(answer.url, "answered with other bytes than those asked for")
    return answer


def _is_asked_for(found: ContentRange, byte_range: ByteRange) -> bool:
    start, stop = byte_range
    total = found.total_bytes
    if start < 0:
        return found.stop == total and found.start == max(total + start, 0)
    is_end = total is None or found.stop == total
    return found.start == start and (found.stop == stop or (is_end and (stop is None or found.stop < stop)))
