"""The Python Worker: its configuration, its dependencies and its entry point."""

from __future__ import annotations

import json
from collections.abc import Mapping

from scanner.plan.files.entry import write_entry
from scanner.plan.files.names import (
    FRONT_BINDING,
    FRONT_NAME,
    QUEUE_BINDING,
    QUEUE_NAME,
    SCHEMA,
    WORKER_NAME,
    WORKFLOW_BINDING,
    WORKFLOW_CLASS,
    WORKFLOW_NAME,
    WRANGLER,
    one_line,
)
from scanner.plan.model import Decision, Plan, Side
from scanner.plan.services import find_setups, merge_bindings


def write_worker(plan: Plan) -> Mapping[str, str]:
    """The files of the Python Worker, by path."""
    config = _config(plan)
    queues = config.get("queues")
    has_consumer = isinstance(queues, dict) and "consumers" in queues
    return {
        "worker/wrangler.jsonc": json.dumps(config, indent=2) + "\n",
        "worker/package.json": _package(),
        "worker/pyproject.toml": _pyproject(plan),
        "worker/src/entry.py": write_entry(plan, has_consumer=has_consumer),
    }


def worker_requirements(plan: Plan) -> tuple[str, ...]:
    """The Worker's dependencies: those that stay, and the drivers of services."""
    staying = [placement.requirement for placement in plan.split.on(Side.WORKER)]
    drivers = [driver for placement in plan.split.on(Side.SERVICE) for driver in placement.drivers]
    names = {placement.name for placement in plan.split.on(Side.WORKER)}
    return tuple(dict.fromkeys([*map(one_line, staying), *(driver for driver in drivers if driver not in names)]))


def _config(plan: Plan) -> Mapping[str, object]:
    config: dict[str, object] = {
        "$schema": SCHEMA,
        "name": WORKER_NAME,
        "main": "src/entry.py",
        "compatibility_date": plan.report.target.compatibility_date.isoformat(),
        "compatibility_flags": ["python_workers"],
    }
    if plan.decision is Decision.HYBRID:
        config["services"] = [{"binding": FRONT_BINDING, "service": FRONT_NAME}]
        if plan.options.queue:
            config["queues"] = {"producers": [{"binding": QUEUE_BINDING, "queue": QUEUE_NAME}]}
    if plan.decision is Decision.WORKFLOWS:
        workflow = {"name": WORKFLOW_NAME, "binding": WORKFLOW_BINDING, "class_name": WORKFLOW_CLASS}
        config["workflows"] = [workflow]
    return merge_bindings(config, (setup.bindings for _, setup in find_setups(plan)))


def _package() -> str:
    """Wrangler for pywrangler, which runs the one that npm finds, and its schema for editors."""
    package = {"name": WORKER_NAME, "private": True, "devDependencies": {"wrangler": WRANGLER}}
    return json.dumps(package, indent=2) + "\n"


def _pyproject(plan: Plan) -> str:
    python = plan.report.target.python.rpartition(".")[0]
    lines = "".join(f"    {json.dumps(requirement)},\n" for requirement in worker_requirements(plan))
    return (
        f'[project]\nname = "{WORKER_NAME}"\nversion = "0.1.0"\nrequires-python = ">={python}"\n'
        f"dependencies = [\n{lines}]\n\n"
        '[dependency-groups]\ndev = ["workers-py", "workers-runtime-sdk"]\n'
    )
