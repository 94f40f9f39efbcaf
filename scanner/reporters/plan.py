"""The outputs of a plan by the name that ``--format`` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TextIO

from scanner.plan.model import Plan
from scanner.reporters.context import ReportContext
from scanner.reporters.plan_html import write_plan_html
from scanner.reporters.plan_json import write_plan_json
from scanner.reporters.plan_markdown import write_plan_markdown
from scanner.reporters.plan_terminal import write_plan_terminal

PLAN_REPORTERS: Mapping[str, Callable[[Plan, TextIO, ReportContext], None]] = {
    "terminal": write_plan_terminal,
    "json": write_plan_json,
    "markdown": write_plan_markdown,
    "html": write_plan_html,
}
