"""The one table of the cache, and the settings of its file."""

from __future__ import annotations

import sqlite3

_SCHEMA_VERSION = 1
_APPLICATION_ID = 0x636F6D70  # "comp"


def is_our_schema(database: sqlite3.Connection) -> bool:
    """Whether the file is a cache of this version; False for a new, empty one.

    Raises:
        sqlite3.DatabaseError: it is neither.
    """
    # Damage from a power loss is found by checksum, or the file is renamed; the data is fetched again. A killed process
    # damages nothing with any setting.
    database.execute("PRAGMA synchronous = OFF")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    application = database.execute("PRAGMA application_id").fetchone()[0]
    if (version, application) == (_SCHEMA_VERSION, _APPLICATION_ID):
        return True
    if version or application or database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        error = sqlite3.DatabaseError("it is not a compat-scan cache")
        error.sqlite_errorcode = sqlite3.SQLITE_NOTADB
        raise error
    return False


def create_schema(database: sqlite3.Connection) -> None:
    """Create the table in an empty file. Another process may do the same concurrently."""
    database.execute("PRAGMA page_size = 8192")  # listings are large and would need hundreds of small pages
    database.execute("PRAGMA auto_vacuum = INCREMENTAL")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("BEGIN IMMEDIATE")
    database.execute(
        "CREATE TABLE IF NOT EXISTS entries ("
        "kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, crc INTEGER NOT NULL, etag TEXT,"
        " stored_at REAL NOT NULL, fresh_until REAL, used_at REAL NOT NULL, PRIMARY KEY (kind, key))"
    )
    database.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    database.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
    database.execute("COMMIT")
