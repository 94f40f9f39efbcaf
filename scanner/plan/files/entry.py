"""The entry point of the Python Worker: requests that it answers itself, and requests that it forwards."""

from __future__ import annotations

from scanner.plan.files.names import FRONT_BINDING, QUEUE_BINDING, WORKFLOW_BINDING, WORKFLOW_CLASS
from scanner.plan.model import Decision, Plan

_HEAD = '''\
"""The entry point of the Worker; see README.md for what belongs here."""

from urllib.parse import urlsplit

from workers import {names}


class Default(WorkerEntrypoint):
    """{purpose}."""

    async def fetch(self, request):
        path = urlsplit(request.url).path
'''

_QUEUE = f"""\
        if path == "/jobs" and request.method == "POST":
            await self.env.{QUEUE_BINDING}.send(await request.json())
            return Response("queued\\n", status=202)
"""

_CONTAINER = f"""\
        if path == "/container" or path.startswith("/container/"):
            return await self.env.{FRONT_BINDING}.fetch(request)
"""

_START = f"""\
        if path == "/work" and request.method == "POST":
            instance = await self.env.{WORKFLOW_BINDING}.create()
            return Response(f"{{instance.id}}\\n", status=202)
"""

_TAIL = """\
        return Response(f"the Worker has no answer for {path} yet\\n", status=404)
"""

_CONSUMER = """\

    async def queue(self, batch, env, ctx):
        for message in batch.messages:
            # Do the task that message.body describes; until then it is returned to the queue.
            message.retry()
"""

_WORKFLOW = f'''\


class {WORKFLOW_CLASS}(WorkflowEntrypoint):
    """Long work in steps: the result of a step is stored, and a failed step is retried."""

    async def run(self, event, step):
        @step.do("first step")
        async def first_step():
            return "done"

        await first_step()
'''


def write_entry(plan: Plan, *, has_consumer: bool) -> str:
    """The module; with a handler for tasks of a queue where the Worker consumes one."""
    has_container = plan.decision is Decision.HYBRID
    has_workflow = plan.decision is Decision.WORKFLOWS
    names = ["Response", "WorkerEntrypoint", *(["WorkflowEntrypoint"] if has_workflow else [])]
    purpose = "Answers requests, and forwards those for the container" if has_container else "Answers requests"
    parts = (
        (_HEAD.format(names=", ".join(names), purpose=purpose), True),
        (_QUEUE, has_container and plan.options.queue),
        (_CONTAINER, has_container),
        (_START, has_workflow),
        (_TAIL, True),
        (_CONSUMER, has_consumer),
        (_WORKFLOW, has_workflow),
    )
    return "".join(text for text, is_used in parts if is_used)
