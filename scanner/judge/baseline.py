"""The baseline: findings that are known and accepted as they are, so that only new ones count.

A baseline is a JSON file: {"schema": "compat-scan/baseline/1", "findings": [{"rule", "name", "fingerprint"}]}, sorted,
without lines and versions, so that it changes only where what is found does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from scanner.model.errors import SettingsError
from scanner.model.finding import Level, fingerprint
from scanner.model.report import ProjectReport, Report
from scanner.model.rule import Rule

SCHEMA = "compat-scan/baseline/1"


def read_baseline(path: Path) -> frozenset[str]:
    """The fingerprints of a baseline file.

    Raises:
        SettingsError: the file is missing or is no baseline.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(path.as_posix(), "baseline", "no such file; --write-baseline makes one") from error
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(path.as_posix(), "baseline", f"cannot be read: {error}") from error
    findings = document.get("findings") if isinstance(document, dict) and document.get("schema") == SCHEMA else None
    if not isinstance(findings, list):
        raise SettingsError(path.as_posix(), "baseline", f"not a baseline: the schema is not {SCHEMA}")
    return frozenset(_parse_fingerprint(row, path) for row in findings)


def write_baseline(report: Report, stream: TextIO) -> None:
    """Writes every blocker and caution of the report, one a line, sorted by name and then rule.

    What no index answered for (CS504) is left out: a failing network is not to be accepted.
    """
    counting = {
        (name, rule.code, fingerprint(rule, project.path, name))
        for project in report.projects
        for rule, name in _find_counting(project)
    }
    rows = [
        json.dumps({"rule": code, "name": name, "fingerprint": identity}) for name, code, identity in sorted(counting)
    ]
    listed = "".join(f"\n  {row}," for row in rows).removesuffix(",")
    stream.write(f'{{"schema": "{SCHEMA}", "findings": [{listed}\n]}}\n')


def _find_counting(project: ProjectReport) -> Iterator[tuple[Rule, str]]:
    for judgement in project.dependencies:
        for finding in judgement.findings:
            if finding.level is not Level.NOTE and finding.rule is not Rule.CS504:
                yield finding.rule, judgement.name
    for problem in project.problems:
        yield problem.rule, problem.message


def _parse_fingerprint(row: Any, path: Path) -> str:  # noqa: ANN401  # whatever the JSON holds
    identity = row.get("fingerprint") if isinstance(row, dict) else None
    if not isinstance(identity, str):
        raise SettingsError(path.as_posix(), "baseline", "has a finding without a fingerprint")
    return identity
