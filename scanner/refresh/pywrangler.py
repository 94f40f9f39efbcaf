"""The runtimes that a release of workers-py installs packages for, read from its source."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Iterator, Mapping

from scanner.model.errors import ArtifactError
from scanner.refresh.syntax import called_name, parse_source, read_constant
from scanner.runtime.tables import InstallRow

METADATA, UTILS = "pywrangler/metadata.py", "pywrangler/utils.py"
"""The two modules that the table is spread over."""

_ROWS = "PYTHON_COMPAT_VERSIONS"
_PYTHON = re.compile(r"3\.[0-9]{1,3}")
_FLAG = re.compile(r"python_workers[0-9a-z_]{0,50}")
_PYODIDE = re.compile(r"[0-9]{1,9}(\.[0-9a-z]{1,20}){1,4}")
_PARAMETERS = ("version", "compat_flag", "compat_date", "experimental")


def parse_install_rows(sources: Mapping[str, bytes]) -> tuple[InstallRow, ...]:
    """The rows in the order in which pywrangler tries them; ``sources`` has the modules by path.

    Raises:
        ArtifactError: a module is missing or does not have the expected form.
    """
    for path in (METADATA, UTILS):
        if path not in sources:
            raise ArtifactError(path, "is missing")
    utils = parse_source(sources[UTILS], UTILS)
    indexes = _read_cases(utils, "get_pyodide_index")
    interpreters = _read_cases(utils, "get_uv_pyodide_interp_name")
    calls = _find_calls(parse_source(sources[METADATA], METADATA))
    return tuple(_parse_row(call, indexes, interpreters) for call in calls)


def _find_calls(metadata: ast.Module) -> list[ast.Call]:
    for node in metadata.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.List(elts=items) | ast.Tuple(elts=items)):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.List(elts=items) | ast.Tuple(elts=items)):
                pass
            case _:
                continue
        calls = [item for item in items if isinstance(item, ast.Call)]
        if name == _ROWS and calls and len(calls) == len(items):
            return calls
    raise ArtifactError(METADATA, f"has no list {_ROWS} of calls")


def _parse_row(call: ast.Call, indexes: Mapping[str, str], interpreters: Mapping[str, str]) -> InstallRow:
    arguments = dict(zip(_PARAMETERS, call.args, strict=False))
    arguments |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    python, flag = read_constant(arguments.get("version")), read_constant(arguments.get("compat_flag"))
    if not isinstance(python, str) or not isinstance(flag, str):
        raise ArtifactError(METADATA, f"line {call.lineno}: a row without a version or a flag")
    if not _PYTHON.fullmatch(python) or not _FLAG.fullmatch(flag):
        raise ArtifactError(METADATA, f"line {call.lineno}: a version or a flag of an unexpected form")
    if not _PYODIDE.fullmatch(indexes.get(python, "")) or not interpreters.get(python, "").startswith(f"{python}."):
        raise ArtifactError(UTILS, f"names no index or no interpreter for Python {python}")
    return InstallRow(
        python=python,
        python_full_version=interpreters[python],
        flag=flag,
        enable_date=_read_day(arguments.get("compat_date")),
        package_pyodide=indexes[python],
        experimental=read_constant(arguments.get("experimental")) is True,
    )


def _read_day(node: ast.expr | None) -> dt.date | None:
    """The day of ``datetime.strptime("2026-09-08", …)`` or ``datetime(2026, 9, 8)``; None for None."""
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return None
    values = [read_constant(item) for item in node.args] if isinstance(node, ast.Call) else []
    try:
        match called_name(node), values:
            case (("strptime" | "fromisoformat"), [str(text), *_]):
                return dt.date.fromisoformat(text)
            case (("datetime" | "date"), [int(year), int(month), int(day), *_]):
                return dt.date(year, month, day)
    except (ValueError, OverflowError) as error:
        raise ArtifactError(METADATA, f"line {node.lineno}: no date: {error}") from error
    raise ArtifactError(METADATA, f"line {node.lineno}: a date of an unexpected form")


def _read_cases(utils: ast.Module, function: str) -> dict[str, str]:
    """The string that each case of the function's ``match`` assigns."""
    for node in utils.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return dict(_find_cases(node))
    raise ArtifactError(UTILS, f"has no function {function}")


def _find_cases(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    for case in (node for node in ast.walk(function) if isinstance(node, ast.match_case)):
        match case:
            case ast.match_case(
                pattern=ast.MatchValue(value=ast.Constant(value=str(key))),
                body=[ast.Assign(value=ast.Constant(value=str(text)))],
            ):
                yield key, text
