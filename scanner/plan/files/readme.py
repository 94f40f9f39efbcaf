"""The README of the written files: their purpose and the next steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.plan.files.names import FRONT_NAME, QUEUE_NAME, WORKER_NAME, WORKFLOW_CLASS, one_line
from scanner.plan.model import Decision, Plan, Side
from scanner.plan.services import find_setups
from scanner.runtime.tables import Setup

_MEANINGS = {
    "worker/wrangler.jsonc": "the configuration of the Python Worker",
    "worker/package.json": "Wrangler, which pywrangler runs",
    "worker/pyproject.toml": "its dependencies",
    "worker/src/entry.py": "its entry point",
    "front/wrangler.jsonc": "the configuration of the Worker in front of the container",
    "front/src/index.ts": "the Container class, and the routing of requests to its instances",
    "container/Dockerfile": "the image",
    "container/requirements.txt": "the packages in the image",
    "container/app/main.py": "the application in the image",
}


def write_readme(plan: Plan, paths: Sequence[str]) -> str:
    """The README, for the files at these paths."""
    listed = "".join(f"- `{path}`: {_MEANINGS[path]}\n" for path in paths if path in _MEANINGS)
    steps = "".join(f"{number}. {step}\n" for number, step in enumerate(_steps(plan), start=1))
    return f"# Next steps\n\n{plan.summary}\n\n{listed}\n## To do\n\n{steps}"


def _steps(plan: Plan) -> Iterator[str]:
    has_container = plan.decision in (Decision.HYBRID, Decision.CONTAINER)
    name_list = f"`{WORKER_NAME}`" if not has_container else f"`{WORKER_NAME}` and `{FRONT_NAME}`"
    yield f"Choose names for the Workers; {name_list} are used in the configurations and in their bindings."
    if has_container:
        yield from _container_steps(plan)
    setups = dict(find_setups(plan))
    for placement in plan.split.on(Side.SERVICE):
        if placement.service is not None:
            drivers = f" (pyproject.toml has {', '.join(placement.drivers)})" if placement.drivers else ""
            use = one_line(placement.service.use)
            step = f"Replace {placement.name}: {use}{drivers}, see <{one_line(placement.service.url)}>."
            yield step + _below(setups.pop(placement.name, None))
    for name, setup in setups.items():
        yield f"Keep {name} in a service." + _below(setup)
    if plan.decision is Decision.WORKFLOWS:
        yield (
            f"Write the steps in `{WORKFLOW_CLASS}` in `worker/src/entry.py`; `POST /work` starts them, see"
            " <https://developers.cloudflare.com/workflows/python/>. In 2026-04 they were in beta."
        )
    if plan.decision is not Decision.CONTAINER:
        yield (
            "Put your own modules below `worker/src` and answer requests in `entry.py`: `workers.asgi.entrypoint(app)`"
            " serves an ASGI application, `workers.wsgi.entrypoint(app)` one of WSGI. Then, in `worker`: `npm install`"
            " and `uv run pywrangler deploy`."
        )


def _below(setup: Setup | None) -> str:
    """The steps of a service as a list below the step that it belongs to."""
    return "".join(f"\n   - {step[:1].upper()}{step[1:]}." for step in (setup.steps if setup else ()))


def _container_steps(plan: Plan) -> Iterator[str]:
    code = plan.split.code
    moving = f" ({', '.join(f'`{one_line(moved.path)}`' for moved in code.moving)})" if code and code.moving else ""
    yield f"Put the modules that move{moving} below `container/app`, with an ASGI application `app` in `main.py`."
    if plan.options.queue:
        yield f"Create the queue: `npx wrangler queues create {QUEUE_NAME}`. Jobs reach the container as `POST /jobs`."
    yield "In `front`: `npm install`, `npm run types`, then `npm run deploy`; Docker builds the image."
    yield "`INSTANCES` in `front/src/index.ts` and `max_instances` in `front/wrangler.jsonc` are one number."
