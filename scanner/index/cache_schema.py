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
    # What a loss of power breaks is noticed by its checksum or set aside, and only has to be learned again; a process
    # that is killed breaks nothing, whatever stands here.
    database.execute("PRAGMA synchronous = OFF")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    application = database.execute("PRAGMA application_id").fetchone()[0]
    if (version, application) == (_SCHEMA_VERSION, _APPLICATION_ID):
        return True
    if version or application or database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        error = sqlite3.DatabaseError("it holds something else")
        error.sqlite_errorcode = sqlite3.SQLITE_NOTADB
        raise error
    return False


def create_schema(database: sqlite3.Connection) -> None:
    """Make the table in an empty file; another process may do the same at the same time."""
    database.execute("PRAGMA page_size = 8192")  # listings are large: in small pages, each would be hundreds of pieces
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
