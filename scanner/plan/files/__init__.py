"""The files that deploy a plan, by path: a Python Worker, a Worker with the Container class, the image, a README."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.inputs.projects.walk import PLAN_MARK
from scanner.plan.files.container import write_container
from scanner.plan.files.front import write_front
from scanner.plan.files.readme import write_readme
from scanner.plan.files.worker import write_worker
from scanner.plan.model import Decision, Plan


def write_files(plan: Plan) -> Mapping[str, str]:
    """The files by path with forward slashes; empty if the decision is open or no instance type is large enough."""
    has_container = plan.decision in (Decision.HYBRID, Decision.CONTAINER)
    if plan.decision is Decision.UNKNOWN or (has_container and plan.capacity is None):
        return {}
    files: dict[str, str] = {}
    if plan.decision is not Decision.CONTAINER:
        files |= write_worker(plan)
    if has_container:
        files |= write_front(plan)
        files |= write_container(plan)
    files["README.md"] = write_readme(plan, tuple(files))
    files[PLAN_MARK] = "Written by `compat-scan plan`. Scans skip the folder with this file.\n"
    return dict(sorted(files.items()))
