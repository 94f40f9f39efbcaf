"""The image: its Dockerfile, what it installs, and a placeholder server for the project's own code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scanner.plan.files.names import PORT, one_line
from scanner.plan.model import ContainerTree, Package, Placement, Plan, Side
from scanner.plan.size import find_gpu_packages, worker_processes
from scanner.runtime.tables import load_workloads

_SERVER = "uvicorn"
_SERVER_REQUIREMENT = "uvicorn>=0.30"

_WITHOUT_CUDA = (
    "# Containers have no GPU. With this line pip prefers PyTorch's builds without CUDA, which are much smaller:",
    "# --extra-index-url https://download.pytorch.org/whl/cpu",
)

_APP = '''\
"""The application in the container; replace it with your own (see ../README.md).

Until then it lists the installed distributions, so that a first deployment shows that everything is installed. Keep
`/health`: the Container class requests it before it forwards requests.
"""

import json
from importlib.metadata import distributions


async def app(scope, receive, send):
    """Answers `/health`, and every other request with the names and versions of the installed packages (ASGI 3)."""
    if scope["type"] == "lifespan":
        await _serve_lifespan(receive, send)
        return
    if scope["type"] != "http":
        return
    if scope["path"] == "/health":
        answer = {"ok": True}
    else:
        answer = {"installed": sorted(f"{found.name}=={found.version}" for found in distributions())}
    body = json.dumps(answer).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _serve_lifespan(receive, send):
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
'''


def write_container(plan: Plan) -> Mapping[str, str]:
    """The files of the image, by path."""
    return {
        "container/Dockerfile": _dockerfile(plan),
        "container/requirements.txt": _requirements(plan),
        "container/.dockerignore": "__pycache__/\n*.pyc\n.env*\n.git/\n.venv/\n",
        "container/app/__init__.py": "",
        "container/app/main.py": _APP,
    }


def container_placements(plan: Plan) -> tuple[Placement, ...]:
    """The direct dependencies that the container installs."""
    return tuple(
        placement for placement in plan.split.placements if placement.side is Side.CONTAINER or placement.is_shared
    )


def _dockerfile(plan: Plan) -> str:
    image = load_workloads().image
    names = {placement.name for placement in container_placements(plan)}
    programs = [row for row in load_workloads().programs if names.intersection(row.names)]
    processes = worker_processes(plan.size.size) if plan.size and plan.size.size else 1
    hashed = _hashed(plan.split.container_tree)
    server = (
        ["RUN pip install --no-cache-dir " + f'"{_SERVER_REQUIREMENT}"'] if hashed and not _has_server(plan) else []
    )
    lines = [
        f"FROM --platform=linux/amd64 {image.reference}",
        "ENV PYTHONUNBUFFERED=1",
        *(f"ENV {variable}" for row in programs for variable in row.env),
        *_apt_lines(sorted({package for row in programs for package in row.apt})),
        "WORKDIR /app",
        "COPY requirements.txt ./",
        f"RUN pip install --no-cache-dir {'--require-hashes ' if hashed else ''}-r requirements.txt",
        *server,
        *(f"RUN {command}" for row in programs for command in row.run),
        "COPY app ./app",
        "RUN useradd --create-home --uid 10001 app",
        "USER app",
        f"EXPOSE {PORT}",
        f'CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "{PORT}", "--workers", "{processes}"]',
    ]
    return "\n".join(lines) + "\n"


def _apt_lines(packages: Sequence[str]) -> tuple[str, ...]:
    if not packages:
        return ()
    install = "apt-get install --yes --no-install-recommends " + " ".join(packages)
    return (f"RUN apt-get update && {install} && rm -rf /var/lib/apt/lists/*",)


def _requirements(plan: Plan) -> str:
    tree = plan.split.container_tree
    if tree is not None and _hashed(tree):
        return "".join(_pinned(package) for package in tree.packages)
    declared = [one_line(placement.requirement) for placement in container_placements(plan)]
    slimmer = _WITHOUT_CUDA if tree is not None and find_gpu_packages(tree) else ()
    return "\n".join([*slimmer, *declared, *([] if _has_server(plan) else [_SERVER_REQUIREMENT])]) + "\n"


def _pinned(package: Package) -> str:
    hashes = "".join(f" \\\n    --hash={one_line(digest)}" for digest in package.hashes)
    return f"{package.name}=={package.version}{hashes}\n"


def _hashed(tree: ContainerTree | None) -> bool:
    """Whether every package of a whole tree has hashes: pip takes either all with hashes or none."""
    if tree is None or not tree.is_whole or not tree.packages or tree.unresolved:
        return False
    return all(package.hashes and package.version for package in tree.packages)


def _has_server(plan: Plan) -> bool:
    tree = plan.split.container_tree
    names = {placement.name for placement in container_placements(plan)}
    return _SERVER in names or bool(tree and any(package.name == _SERVER for package in tree.packages))
