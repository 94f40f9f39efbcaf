"""The supported dependency files: one record for each format, and the functions that read paths into declarations."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from scanner.inputs.formats.discover import drop_covered, find_files
from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.local_projects import follow_local_projects, refuse_outside
from scanner.inputs.formats.reading import Files, ReadFile, describe_failure, read_head
from scanner.inputs.formats.registry import (
    parse_conda,
    parse_conda_lock,
    parse_inspect_report,
    parse_pdm_lock,
    parse_pipfile,
    parse_pipfile_lock,
    parse_poetry_lock,
    parse_pylock,
    parse_pyproject,
    parse_requirements,
    parse_script,
    parse_setup_cfg,
    parse_setup_py,
    parse_uv_lock,
)
from scanner.inputs.formats.selection import select_entries
from scanner.model.dependency import Location
from scanner.model.errors import SourceError
from scanner.model.finding import Problem
from scanner.model.rule import Rule

__all__ = [
    "SOURCES",
    "ReadFile",
    "SourceFormat",
    "find_format",
    "is_dependency_file",
    "read_given",
    "read_member",
    "read_path",
    "read_sources",
    "select_entries",
]

STDIN = "-"
_SCRIPT_BEGIN = r"^# /// script\s*$"
_SCRIPT = re.compile(_SCRIPT_BEGIN, re.MULTILINE)
# A script's metadata is near its top; whole files are read only if it is there.
SCRIPT_HEAD_BYTES = 64 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceFormat:
    """One format: how its files are recognised and which function parses them."""

    name: str
    parse: Callable[[Document], Parsed]
    matches: Callable[[str], object] | None
    """True for the paths (forward slashes) of its files; a folder scan reads these. None if no name identifies them."""
    sniff: Callable[[str], object] | None = None
    """True for a text in this format, used if no path decides; None if only the path identifies the format."""
    is_lock: bool = False


# The first format that matches the path is used, then the first that recognises the text.
SOURCES: tuple[SourceFormat, ...] = (
    SourceFormat(
        name="pylock.toml",
        parse=parse_pylock,
        matches=re.compile(r"(^|/)pylock(\.[^/.]+)?\.toml$").search,
        sniff=re.compile(r"^created-by\s*=", re.MULTILINE).search,
        is_lock=True,
    ),
    SourceFormat(
        name="uv.lock",
        parse=parse_uv_lock,
        # The lock of a script is in the same folder as the script.
        matches=re.compile(r"(^|/)(uv|[^/]+\.py)\.lock$").search,
        sniff=re.compile(r"\A(\s*#.*\n)*\s*version\s*=\s*\d+\s*$", re.MULTILINE).search,
        is_lock=True,
    ),
    SourceFormat(
        name="pdm.lock",
        parse=parse_pdm_lock,
        matches=re.compile(r"(^|/)pdm(\.[^/]+)?\.lock$").search,
        sniff=re.compile(r"^lock_version\s*=", re.MULTILINE).search,
        is_lock=True,
    ),
    SourceFormat(
        name="poetry.lock",
        parse=parse_poetry_lock,
        matches=re.compile(r"(^|/)poetry\.lock$").search,
        sniff=re.compile(r"^(lock-version|content-hash)\s*=", re.MULTILINE).search,
        is_lock=True,
    ),
    SourceFormat(
        name="Pipfile.lock",
        parse=parse_pipfile_lock,
        matches=re.compile(r"(^|/)Pipfile\.lock$").search,
        sniff=re.compile(r'^\s*\{(?=[\s\S]*"_meta"\s*:)(?=[\s\S]*"default"\s*:)').search,
        is_lock=True,
    ),
    SourceFormat(
        name="pyproject.toml",
        parse=parse_pyproject,
        matches=re.compile(r"(^|/)pyproject\.toml$").search,
        sniff=re.compile(r"^\[(project|build-system|dependency-groups|tool\.[^\]\n]+)\]\s*$", re.MULTILINE).search,
    ),
    SourceFormat(
        name="Pipfile",
        parse=parse_pipfile,
        matches=re.compile(r"(^|/)Pipfile$").search,
        sniff=re.compile(r"^\[(dev-)?packages\]\s*$", re.MULTILINE).search,
    ),
    SourceFormat(
        name="setup.cfg",
        parse=parse_setup_cfg,
        matches=re.compile(r"(^|/)setup\.cfg$").search,
        sniff=re.compile(r"^\[options(\.[a-z_]+)?\]\s*$", re.MULTILINE).search,
    ),
    SourceFormat(
        name="setup.py",
        parse=parse_setup_py,
        matches=re.compile(r"(^|/)setup\.py$").search,
        sniff=re.compile(r"^(from|import)\s+(setuptools|distutils)\b", re.MULTILINE).search,
    ),
    SourceFormat(
        name="script",
        parse=parse_script,
        matches=None,
        sniff=_SCRIPT.search,
    ),
    SourceFormat(
        name="conda-lock",
        parse=parse_conda_lock,
        matches=re.compile(r"(^|/)([^/]*[._-])?conda-lock([._-][^/]*)?\.ya?ml$", re.IGNORECASE).search,
        sniff=re.compile(r"^package:[ \t]*\n[ \t]*- \w+:", re.MULTILINE).search,
        is_lock=True,
    ),
    SourceFormat(
        name="conda environment",
        parse=parse_conda,
        matches=re.compile(r"(^|/)([^/]*[._-])?(environment|conda)([._-][^/]*)?\.ya?ml$", re.IGNORECASE).search,
        sniff=re.compile(r"^dependencies:[ \t]*(#.*)?\n([ \t]*(#.*)?\n)*[ \t]*- ", re.MULTILINE).search,
    ),
    SourceFormat(
        name="pip inspect",
        parse=parse_inspect_report,
        matches=re.compile(r"(^|/)pip[_-]inspect[^/]*\.json$").search,
        sniff=re.compile(r'^\s*\{(?=[\s\S]*"pip_version"\s*:)(?=[\s\S]*"installed"\s*:)').search,
    ),
    SourceFormat(
        name="requirements",
        parse=parse_requirements,
        # Constraints restrict other requirements and require nothing themselves.
        matches=re.compile(
            r"(^|/)(?![^/]*constraint)[^/]*requirements?[^/]*\.(txt|in|pip|lock)$"
            r"|(^|/)([^/]*[._-])?reqs([._-][^/]*)?\.(txt|in|pip)$|(^|/)vendor\.txt$"
            r"|(^|/)(requirements|reqs)/([^/]+/)*(?!readme|license|constraint)[^/]*\.(txt|in|pip)$",
            re.IGNORECASE,
        ).search,
    ),
)


def read_sources(
    paths: Sequence[str],
    *,
    read_stdin: Callable[[], bytes],
    expand: Callable[[str], str],
    all_files: bool = False,
    installed: Mapping[str, bytes] | None = None,
) -> tuple[ReadFile, ...]:
    """The contents of the files, one ``ReadFile`` for each, in order; ``-`` is standard input.

    A folder means the dependency files below it; a lock file replaces the manifest that it locks, unless
    ``all_files``. A path in ``installed`` is an interpreter's; its value is a `pip inspect` report.
    Nothing is raised: a file that cannot be read is returned with a problem.
    """
    files: list[ReadFile] = []
    for path in dict.fromkeys(paths):
        if installed and path in installed:
            files.append(read_given(path, installed[path], expand))
        elif path == STDIN:
            files.append(read_given(STDIN, read_stdin(), expand))
        elif os.path.isdir(path):  # noqa: PTH112 (Path.is_dir raises for a path with a zero byte before Python 3.14)
            files.extend(_read_folder(path, expand, all_files=all_files))
        else:
            files.append(read_path(path, expand))
    return tuple({file.path: file for file in files}.values())


def find_format(path: str, text: str) -> SourceFormat | None:
    """The format of a file: by its path, else by its text, else requirements for .txt, .in and no suffix; or None."""
    name = path.replace("\\", "/")
    if name.endswith(".py") and _SCRIPT.search(text):
        return next(each for each in SOURCES if each.parse is parse_script)
    for each in SOURCES:
        if each.matches is not None and each.matches(name):
            return each
    text = text.replace("\r\n", "\n")
    for each in SOURCES:
        if each.sniff is not None and each.sniff(text):
            return each
    if _REQUIREMENTS_SUFFIX.search(name):
        return next(each for each in SOURCES if each.parse is parse_requirements)
    return None


# Whatever no other format takes: "constraints.txt", "freeze.txt", "deps" and standard input.
_REQUIREMENTS_SUFFIX = re.compile(r"(\.(txt|in|pip|lst|req|reqs)|(^|/)[^/.]*)$", re.IGNORECASE)


def _read_folder(directory: str, expand: Callable[[str], str], *, all_files: bool) -> Iterator[ReadFile]:
    unread: list[ReadFile] = []
    found = find_files(
        directory, is_dependency_file, on_error=lambda error: unread.append(_make_unread(error, directory))
    )
    files = [read_path(path, expand, directory) for path in found]
    yield from unread
    # A setup.cfg often only configures other tools.
    with_contents = [file for file in files if file.parsed.entries or file.parsed.problems]
    if files:
        yield from drop_covered(with_contents or files, all_files=all_files)
    elif not unread:
        yield _make_problem(
            directory,
            "no dependency files in this folder or below it; give a path, such as requirements.txt, or pipe it in",
        )


def _make_unread(error: OSError, directory: str) -> ReadFile:
    """A problem for a folder that cannot be listed: its contents are unknown."""
    path = str(error.filename or directory)
    return _make_problem(path, f"the folder cannot be read: {error.strerror or error}")


def _make_problem(path: str, message: str) -> ReadFile:
    problem = Problem(rule=Rule.CS601, message=message, location=Location(path=path, line=1))
    return ReadFile(path=path, format=None, parsed=Parsed(problems=(problem,)))


def is_dependency_file(path: str, *, seen_as: str | None = None) -> bool:
    """Whether a file is a dependency file by its name, or a script with inline metadata.

    ``seen_as`` is the part of its path that may identify the format.
    """
    if any(each.matches is not None and each.matches(seen_as or path) for each in SOURCES):
        return True
    if not path.endswith(".py"):
        return False
    return re.search(_SCRIPT_BEGIN.encode(), read_head(path, SCRIPT_HEAD_BYTES), re.MULTILINE) is not None


def read_path(path: str, expand: Callable[[str], str], root: str | None = None) -> ReadFile:
    """The declarations of one file. Nothing is raised: a file that cannot be read has a problem.

    ``root`` is the folder that it is read for; outside of a repository, no file above it is opened.
    """
    return _read_document(Files(expand, path, root), lambda opener: opener.open(path))


def read_given(path: str, data: bytes, expand: Callable[[str], str]) -> ReadFile:
    """The same for bytes that seem to lie at the path."""
    return _read_document(Files(expand, path), lambda opener: opener.make_document(path, data))


def read_member(path: str, member: str, expand: Callable[[str], str], root: str | None = None) -> ReadFile:
    """The part of a workspace's uv.lock that one member reaches, by the member's folder as seen from the lock."""
    parse = partial(parse_uv_lock, member=member)
    return _read_document(Files(expand, path, root), lambda opener: opener.open(path), parse)


def _read_document(
    opener: Files, open_document: Callable[[Files], Document], parse: Callable[[Document], Parsed] | None = None
) -> ReadFile:
    path = opener.path
    try:
        document = open_document(opener)
        source = find_format(document.path, document.text)
        if source is None:
            reason = "unknown file format: neither the name nor the contents match a supported one"
            raise SourceError(document.path, None, reason)  # noqa: TRY301
        parsed = (parse or source.parse)(document)
        if not parsed.is_lock or source.parse is parse_requirements:
            parsed = follow_local_projects(document, parsed)
        parsed = refuse_outside(parsed, opener.root)
    except Exception as error:  # noqa: BLE001  # one bad text is one problem, whatever reads it
        problems = (*opener.problems, describe_failure(error, path))
        return ReadFile(path=path, format=None, parsed=Parsed(problems=problems))
    if not parsed.entries and not parsed.problems:
        parsed = replace(parsed, notes=(*parsed.notes, f"{path} declares no dependencies"))
    parsed = replace(parsed, problems=(*opener.problems, *parsed.problems))
    return ReadFile(path=path, format=source.name, parsed=parsed, ignores=tuple(opener.ignores))
