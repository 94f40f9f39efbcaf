"""The projects of a scan: which files belong together, for which runtime, and what of them is judged."""

from __future__ import annotations

from scanner.inputs.projects.finding import find_projects
from scanner.inputs.projects.locks import find_lock_problems
from scanner.inputs.projects.project import (
    ComparedLock,
    Discovered,
    Project,
    ResolutionSettings,
    describe,
    requirements_of,
)
from scanner.inputs.projects.runtime import find_runtime
from scanner.inputs.projects.selection import folder_of, merge_options, plan_file, plan_files, plan_project
from scanner.inputs.projects.wheels import locate_files

__all__ = [
    "ComparedLock",
    "Discovered",
    "Project",
    "ResolutionSettings",
    "describe",
    "find_lock_problems",
    "find_projects",
    "find_runtime",
    "folder_of",
    "locate_files",
    "merge_options",
    "plan_file",
    "plan_files",
    "plan_project",
    "requirements_of",
]
