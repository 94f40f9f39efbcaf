"""The Python Worker: its configuration, its dependencies and its entry point."""

from __future__ import annotations

import json
from collections.abc import Mapping

from scanner.plan.files.names import (
    FRONT_BINDING,
    FRONT_NAME,
    QUEUE_BINDING,
    QUEUE_NAME,
    SCHEMA,
    WORKER_NAME,
    one_line,
)
from scanner.planned import Decision, Plan, Side

_ENTRY_HEAD = '''\
"""The entry point of the Worker; see README.md for what belongs here."""

from urllib.parse import urlsplit

from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    """Answers requests, and passes on what only the container can do."""

    async def fetch(self, request):
        path = urlsplit(request.url).path
'''

_ENTRY_QUEUE = f"""\
        if path == "/jobs" and request.method == "POST":
            await self.env.{QUEUE_BINDING}.send(await request.json())
            return Response("queued\\n", status=202)
"""

_ENTRY_CONTAINER = f"""\
        if path == "/container" or path.startswith("/container/"):
            return await self.env.{FRONT_BINDING}.fetch(request)
"""

_ENTRY_TAIL = """\
        return Response(f"the Worker has no answer for {path} yet\\n", status=404)
"""


def write_worker(plan: Plan) -> Mapping[str, str]:
    """The files of the Python Worker, by path."""
    return {
        "worker/wrangler.jsonc": _config(plan),
        "worker/pyproject.toml": _pyproject(plan),
        "worker/src/entry.py": _entry(plan),
    }


def worker_requirements(plan: Plan) -> tuple[str, ...]:
    """What the Worker depends on: what stays, and the drivers of what services replace."""
    staying = [placement.requirement for placement in plan.split.on(Side.WORKER)]
    drivers = [driver for placement in plan.split.on(Side.SERVICE) for driver in placement.drivers]
    names = {placement.name for placement in plan.split.on(Side.WORKER)}
    return tuple(dict.fromkeys([*map(one_line, staying), *(driver for driver in drivers if driver not in names)]))


def _config(plan: Plan) -> str:
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
    keys = {placement.service_key for placement in plan.split.on(Side.SERVICE)}
    if keys & {"llm-inference", "ocr", "speech"}:
        config["ai"] = {"binding": "AI"}
    if "image-transform" in keys:
        config["images"] = {"binding": "IMAGES"}
    return json.dumps(config, indent=2) + "\n"


def _pyproject(plan: Plan) -> str:
    python = plan.report.target.python.rpartition(".")[0]
    lines = "".join(f"    {json.dumps(requirement)},\n" for requirement in worker_requirements(plan))
    return (
        f'[project]\nname = "{WORKER_NAME}"\nversion = "0.1.0"\nrequires-python = ">={python}"\n'
        f"dependencies = [\n{lines}]\n\n"
        '[dependency-groups]\ndev = ["workers-py", "workers-runtime-sdk"]\n'
    )


def _entry(plan: Plan) -> str:
    has_container = plan.decision is Decision.HYBRID
    return "".join(
        (
            _ENTRY_HEAD,
            _ENTRY_QUEUE if has_container and plan.options.queue else "",
            _ENTRY_CONTAINER if has_container else "",
            _ENTRY_TAIL,
        )
    )
