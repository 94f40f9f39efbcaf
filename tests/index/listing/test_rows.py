"""Both JSON decoders give the same rows, and refuse a document with a fault in any file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.index.listing.rows import FileRow, ProjectRows, RowLike, parse_plain, parse_project_rows

FULL = {
    "filename": "foo-1.0-py3-none-any.whl",
    "url": "https://files.example.org/foo-1.0-py3-none-any.whl",
    "hashes": {"sha256": "ab" * 32, "blake2b": "00"},
    "size": 12,
    "requires-python": ">=3.9",
    "yanked": "broken",
    "upload-time": "2026-01-02T03:04:05Z",
    "core-metadata": {"sha256": "cd" * 32},
    "data-dist-info-metadata": {"sha256": "ef" * 32},
    "provenance": None,
}


def _document(*files: object, **top: object) -> bytes:
    return json.dumps({"meta": {"api-version": "1.1"}, "name": "foo", "files": files, **top}).encode()


def _plain_rows(rows: ProjectRows) -> list[FileRow]:
    def plain(r: RowLike) -> FileRow:
        return FileRow(
            r.filename, r.url, r.size_bytes, r.sha256, r.requires_python, r.yanked, r.upload_time, r.metadata_sha256
        )

    return [plain(row) for row in rows.rows]


def _parse_typed(body: bytes) -> ProjectRows | None:
    pytest.importorskip("msgspec")
    from scanner.index.listing.typed_rows import parse_typed  # noqa: PLC0415 - importable only with msgspec

    return parse_typed(body)


def test_every_field_that_is_used_arrives() -> None:
    rows = parse_plain(_document(FULL))
    assert (rows.name, rows.api_version) == ("foo", "1.1")
    expected = (FULL["filename"], FULL["url"], 12, "ab" * 32, ">=3.9", "broken", "2026-01-02T03:04:05Z", "cd" * 32)
    assert [tuple(row) for row in _plain_rows(rows)] == [expected]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("yanked", False, None),
        ("yanked", True, ""),
        ("yanked", "", None),
        ("yanked", None, None),
        ("yanked", "why", "why"),
    ],
)
def test_yanking_is_a_truth_or_a_reason(field: str, value: object, expected: str | None) -> None:
    assert parse_plain(_document({**FULL, field: value})).rows[0].yanked == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"core-metadata": True}, ""),
        ({"core-metadata": False}, None),
        ({"core-metadata": {"sha256": "aa"}, "dist-info-metadata": True}, "aa"),
        ({"core-metadata": {"md5": "aa"}}, ""),
        ({"data-dist-info-metadata": {"sha256": "bb"}}, "bb"),
        ({"dist-info-metadata": True}, ""),
        ({}, None),
    ],
)
def test_the_metadata_sidecar_is_announced_under_three_names(fields: dict[str, Any], expected: str | None) -> None:
    file = {"filename": "foo-1.0-py3-none-any.whl", "url": "x", "hashes": {}, **fields}
    body = _document(file)
    assert parse_plain(body).rows[0].metadata_sha256 == expected
    typed = _parse_typed(body)
    assert typed is not None
    assert typed.rows[0].metadata_sha256 == expected


@pytest.mark.parametrize(
    "file",
    [
        "no object",
        None,
        {"filename": 1, "url": "x", "hashes": {}},
        {"filename": "a", "hashes": {}},
        {**FULL, "size": "12"},
        {**FULL, "size": True},
        {**FULL, "size": 1.5},
        {**FULL, "hashes": []},
        {**FULL, "hashes": {"sha256": 1}},
        {**FULL, "requires-python": 3},
        {**FULL, "upload-time": 0},
    ],
)
def test_a_file_of_wrong_types_spoils_the_document(file: object) -> None:
    for parse in (parse_plain, parse_project_rows):
        with pytest.raises(ValueError, match=r"files\[1\]"):
            parse(_document(FULL, file))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"not json",
        b"\xff\xfe",
        b'{"name": "foo"}',
        b'{"name": 1, "files": []}',
        b'{"name": "foo", "files": {}}',
        b'{"name": "foo", "files": [], "meta": null}',
        b"[" * 100_000,
        b'{"name": "foo", "files": [' + b"9" * 5000 + b"]}",
    ],
)
def test_a_document_that_is_none_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_project_rows(body)


def test_a_document_of_many_values_is_refused_before_it_is_decoded() -> None:
    assert not parse_project_rows(b'{"name": "foo", "files": [], "x": [' + b"{}," * 1000 + b"0]}").rows
    with pytest.raises(ValueError, match="more than 800,000 values"):
        parse_project_rows(b'{"name": "foo", "files": [' + b"{}," * 800_000 + b"{}]}")


def test_a_document_of_many_files_is_refused() -> None:
    files = b",".join([b'{"filename":"a","url":"b"}'] * 60_001)
    with pytest.raises(ValueError, match="more than 60,000 files"):
        parse_project_rows(b'{"name": "foo", "files": [' + files + b"]}")


def test_a_document_without_meta_counts_as_version_one() -> None:
    assert parse_project_rows(b'{"name": "foo", "files": []}').api_version == "1.0"


def test_lone_surrogates_are_left_to_the_plain_decoder() -> None:
    body = b'{"name": "foo", "files": [{"filename": "\\ud800", "url": "x"}], "meta": {}}'
    assert parse_project_rows(body).rows[0].filename == "\ud800"


def test_without_msgspec_the_plain_decoder_does_everything() -> None:
    program = (
        "import sys; sys.modules['msgspec'] = None\n"
        "from scanner.index.listing.rows import parse_project_rows\n"
        "print(parse_project_rows(sys.stdin.buffer.read()).rows[0].filename)"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program], input=_document(FULL), cwd=root, capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == FULL["filename"]


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.dictionaries(st.text(), st.text())
FILES = st.fixed_dictionaries(
    {"filename": st.text(max_size=9), "url": st.text(max_size=9)},
    optional={
        "hashes": st.dictionaries(st.sampled_from(["sha256", "md5"]), st.text(max_size=4)),
        "size": st.none() | st.integers(min_value=-5, max_value=2**80),
        "yanked": st.none() | st.booleans() | st.text(max_size=4),
        "core-metadata": VALUES,
        "requires-python": VALUES,
        "unknown": VALUES,
    },
)


@given(st.lists(FILES, max_size=4))
def test_what_the_typed_decoder_takes_the_plain_one_reads_the_same(files: list[dict[str, Any]]) -> None:
    body = _document(*files)
    typed = _parse_typed(body)
    if typed is not None:
        plain = parse_plain(body)
        assert _plain_rows(typed) == _plain_rows(plain)
        assert (typed.name, typed.api_version) == (plain.name, plain.api_version)
