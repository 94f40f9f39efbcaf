"""The results of earlier scans in one SQLite file: small texts by kind and key, safe for concurrent processes.

No fault here is an error: the scan then continues without the cache, and ``notes`` says so once. Each entry is checked
against its checksum, and the reader of a text checks its shape. Only digests are kept: no documents, no wheels, and
nothing that could hold credentials.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from scanner.index.cache_schema import create_schema, is_our_schema

FILE_NAME = "cache-1.sqlite"
"""The name has the schema version, so that other releases use their own file."""
MAX_BYTES = 512 * 1024 * 1024
"""Above this size the least recently used entries are removed until a quarter is free."""
MAX_ENTRY_BYTES = 32 * 1024 * 1024
"""Larger entries are neither written nor read."""
BUSY_SECONDS = 5.0
"""How long a write waits for another process before the scan continues without the cache."""

_MAX_ETAG_CHARACTERS = 1000
_MAX_WAITING_BYTES = 1024 * 1024
_DAY_SECONDS = 24 * 60 * 60
_FOR_EVER = float("inf")
_UNREADABLE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One text with its times, in seconds since 1970."""

    body: bytes = field(repr=False)
    stored_at: float
    """When the index last confirmed the text."""
    fresh_until: float
    """Infinite for immutable files."""
    etag: str | None = None

    @property
    def text(self) -> str | None:
        """The body as text; None if it is not valid text."""
        try:
            return self.body.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return None


class Cache:
    """The cache in a folder. It is opened on first use, written in batches, and flushed by ``close``."""

    def __init__(self, folder: Path, *, now: Callable[[], float] = time.time, max_bytes: int = MAX_BYTES) -> None:
        self.path = folder / FILE_NAME
        self._now = now
        self._max_bytes = max_bytes
        self._database: sqlite3.Connection | None = None
        self._is_off = False
        self._notes: list[str] = []
        self._waiting: dict[tuple[str, str], Entry] = {}
        self._waiting_bytes = 0
        self._used: set[tuple[str, str]] = set()
        self._has_written = False

    def find(self, kind: str, key: str) -> Entry | None:
        """The entry, fresh or not; None if it is missing or damaged."""
        waiting = self._waiting.get((kind, key))
        if waiting is not None or self._is_off:
            return waiting
        with self._guarded():
            return self._read(kind, key)
        return None

    def has(self, kind: str, key: str) -> bool:
        """Whether an entry exists, without reading it; it may be damaged."""
        if (kind, key) in self._waiting or self._is_off:
            return (kind, key) in self._waiting
        with self._guarded():
            query = "SELECT 1 FROM entries WHERE kind = ? AND key = ?"
            return self._connect().execute(query, (kind, key)).fetchone() is not None
        return False

    def recall(self, kind: str, key: str, *, at_any_age: bool = False) -> str | None:
        """The text of a fresh entry, or of any entry with ``at_any_age``; None otherwise."""
        entry = self.find(kind, key)
        return entry.text if entry is not None and (at_any_age or self.is_fresh(entry)) else None

    def keep(
        self, kind: str, key: str, text: str | bytes, *, fresh_seconds: float = _FOR_EVER, etag: str | None = None
    ) -> None:
        """Store a text and replace an older one. It is written in a batch, at the latest by ``close``."""
        if self._is_off:
            return
        now = self._now()
        body = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        if len(body) > MAX_ENTRY_BYTES or len(etag or "") > _MAX_ETAG_CHARACTERS:
            return
        entry = Entry(body=body, stored_at=now, fresh_until=now + fresh_seconds, etag=etag)
        self._waiting[kind, key] = entry
        self._waiting_bytes += len(body)
        if self._waiting_bytes > _MAX_WAITING_BYTES:
            self._write()

    def renew(self, kind: str, key: str, entry: Entry, *, fresh_seconds: float) -> None:
        """Record that an entry is still valid."""
        now = self._now()
        self._waiting[kind, key] = replace(entry, stored_at=now, fresh_until=now + fresh_seconds)

    def is_fresh(self, entry: Entry) -> bool:
        """Whether it can be used without a request. Entries from the future cannot: the clock was wrong."""
        return entry.fresh_until == _FOR_EVER or entry.stored_at <= self._now() < entry.fresh_until

    def notes(self) -> tuple[str, ...]:
        """Errors of the cache as sentences. Pending entries are written first."""
        self._write()
        return tuple(self._notes)

    def close(self) -> None:
        """Write pending entries, remove old ones if necessary, and close the file. Idempotent."""
        self._write()
        if self._database is not None:
            with self._guarded():
                self._touch(self._database)
                if self._has_written:
                    self._prune(self._database)
        self._shut()

    def _read(self, kind: str, key: str) -> Entry | None:
        database = self._connect()
        row = database.execute(
            "SELECT body, crc, stored_at, fresh_until, etag, used_at FROM entries"
            " WHERE kind = ? AND key = ? AND length(body) <= ? AND length(coalesce(etag, '')) <= ?",
            (kind, key, MAX_ENTRY_BYTES, _MAX_ETAG_CHARACTERS),
        ).fetchone()
        entry = None if row is None else _to_entry(row)
        if entry is not None and row[5] < self._now() - _DAY_SECONDS:
            self._used.add((kind, key))
        return entry

    def _write(self) -> None:
        waiting, self._waiting, self._waiting_bytes = self._waiting, {}, 0
        if waiting and not self._is_off:
            with self._guarded(), _transaction(self._connect()) as database:
                database.executemany(
                    "INSERT OR REPLACE INTO entries (kind, key, body, crc, etag, stored_at, fresh_until, used_at)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (self._to_row(kind, key, entry) for (kind, key), entry in waiting.items()),
                )
            self._has_written = True

    def _to_row(self, kind: str, key: str, entry: Entry) -> tuple[object, ...]:
        until = None if entry.fresh_until == _FOR_EVER else entry.fresh_until
        return kind, key, entry.body, zlib.crc32(entry.body), entry.etag, entry.stored_at, until, self._now()

    def _touch(self, database: sqlite3.Connection) -> None:
        """Record the use of entries, at most once a day each, so that a scan without new results writes nothing."""
        if self._used:
            with _transaction(database):
                rows = ((self._now(), kind, key) for kind, key in self._used)
                database.executemany("UPDATE entries SET used_at = ? WHERE kind = ? AND key = ?", rows)

    def _prune(self, database: sqlite3.Connection) -> None:
        """Remove the least recently used entries if the file is too large."""
        excess_bytes = _used_bytes(database) - self._max_bytes
        if excess_bytes <= 0:
            return
        excess_bytes += self._max_bytes // 4
        with _transaction(database):
            for rowid, size_bytes in database.execute("SELECT rowid, length(body) FROM entries ORDER BY used_at"):
                if excess_bytes <= 0:
                    break
                database.execute("DELETE FROM entries WHERE rowid = ?", (rowid,))
                excess_bytes -= size_bytes
        database.executescript("PRAGMA incremental_vacuum")  # execute() would free one page only

    def _connect(self) -> sqlite3.Connection:
        if self._database is None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._database = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            if not is_our_schema(self._database):
                create_schema(self._database)
        return self._database

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """On any error, continue without the cache and rename an unreadable file."""
        try:
            yield
        except (sqlite3.Error, OSError, UnicodeError, ValueError, OverflowError) as error:
            self._is_off = True
            self._waiting.clear()
            self._shut()
            code = getattr(error, "sqlite_errorcode", None)
            if code is not None and code & 0xFF in _UNREADABLE:
                self._set_aside()
            else:
                self._notes.append(f"the cache {self.path} cannot be used; nothing is cached: {error}")

    def _set_aside(self) -> None:
        """Rename the unreadable file, so that the next scan creates a new one."""
        aside = self.path.with_name(f"{self.path.name}.unreadable")
        try:
            self.path.replace(aside)
            for suffix in ("-wal", "-shm", "-journal"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        except OSError as error:
            self._notes.append(f"the cache {self.path} cannot be read or renamed: {error}")
        else:
            self._notes.append(f"the cache cannot be read and was renamed to {aside}")

    def _shut(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            with contextlib.suppress(sqlite3.Error):
                database.close()


@dataclass(frozen=True, kw_only=True, slots=True)
class CacheSize:
    """The size of a cache."""

    file_bytes: int
    """The size of all its files."""
    entries: Mapping[str, int]
    """The number of entries of each kind."""


def measure_cache(folder: Path) -> CacheSize:
    """The size of the cache in a folder; zero without a cache, and no entries if it cannot be read."""
    file_bytes = sum(path.stat().st_size for path in _files(folder))
    counts: dict[str, int] = {}
    if (folder / FILE_NAME).is_file():
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(folder / FILE_NAME, timeout=BUSY_SECONDS)) as database,
        ):
            counts = dict(database.execute("SELECT kind, count(*) FROM entries GROUP BY kind ORDER BY kind"))
    return CacheSize(file_bytes=file_bytes, entries=counts)


def clear_cache(folder: Path) -> None:
    """Remove the cache in a folder and its renamed files. Other files are kept.

    Raises:
        OSError: a file cannot be removed.
    """
    for path in _files(folder):
        path.unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("cache-*.sqlite*") if path.is_file())


@contextlib.contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield database
    except BaseException:
        # SQLite rolls back by itself on a full disk; then there is nothing to undo.
        with contextlib.suppress(sqlite3.Error):
            database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _to_entry(row: tuple[object, ...]) -> Entry | None:
    body, crc, stored_at, fresh_until, etag, _ = row
    if not isinstance(body, bytes) or zlib.crc32(body) != crc or not isinstance(stored_at, float):
        return None
    if not isinstance(fresh_until, float | None) or not isinstance(etag, str | None):
        return None
    until = _FOR_EVER if fresh_until is None else fresh_until
    return Entry(body=body, stored_at=stored_at, fresh_until=until, etag=etag)


def _used_bytes(database: sqlite3.Connection) -> int:
    pages, free, page_bytes = (
        int(database.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * page_bytes
