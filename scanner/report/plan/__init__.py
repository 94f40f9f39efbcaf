"""The outputs of a plan by the name for ``--format``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TextIO

from scanner.plan.model import Plan
from scanner.report.context import ReportContext
from scanner.report.plan.html import write_plan_html
from scanner.report.plan.json import write_plan_json
from scanner.report.plan.markdown import write_plan_markdown
from scanner.report.plan.terminal import write_plan_terminal

PLAN_REPORTERS: Mapping[str, Callable[[Plan, TextIO, ReportContext], None]] = {
    "terminal": write_plan_terminal,
    "json": write_plan_json,
    "markdown": write_plan_markdown,
    "html": write_plan_html,
}
