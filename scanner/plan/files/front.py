"""The small TypeScript Worker that holds the Container class and spreads requests over its instances."""

from __future__ import annotations

import json
from collections.abc import Mapping

from scanner.plan.files.names import (
    CLASS_BINDING,
    CLASS_NAME,
    FRONT_NAME,
    PORT,
    QUEUE_NAME,
    SCHEMA,
    SLEEP_AFTER,
    WRANGLER,
)
from scanner.plan.model import Capacity, InstanceSize, Plan

_SOURCE = """\
import {{ Container, getRandom }} from "@cloudflare/containers";

// The same number as max_instances in wrangler.jsonc.
const INSTANCES = {instances};

export class {class_name} extends Container {{
  defaultPort = {port};
  sleepAfter = "{sleep_after}";
  pingEndpoint = "container/health";
}}

interface Env {{
  {binding}: DurableObjectNamespace<{class_name}>;
}}

export default {{
  async fetch(request: Request, env: Env): Promise<Response> {{
    const instance = await getRandom(env.{binding}, INSTANCES);
    return instance.fetch(request);
  }},
{queue}}};
"""

_QUEUE = """\

  async queue(batch: MessageBatch<unknown>, env: Env): Promise<void> {{
    for (const message of batch.messages) {{
      const instance = await getRandom(env.{binding}, INSTANCES);
      const body = JSON.stringify(message.body);
      const headers = {{ "content-type": "application/json" }};
      const response = await instance.fetch(new Request("http://container/jobs", {{ method: "POST", body, headers }}));
      if (response.ok) {{
        message.ack();
      }} else {{
        message.retry();
      }}
    }}
  }},
"""


def write_front(plan: Plan) -> Mapping[str, str]:
    """The files of the Worker in front of the container, by path."""
    if plan.size is None or plan.size.size is None or plan.capacity is None:
        return {}
    return {
        "front/wrangler.jsonc": _config(plan, plan.size.size, plan.capacity),
        "front/src/index.ts": _source(plan, plan.capacity),
        "front/package.json": _package(),
        "front/tsconfig.json": _tsconfig(),
    }


def _config(plan: Plan, size: InstanceSize, capacity: Capacity) -> str:
    config: dict[str, object] = {
        "$schema": SCHEMA,
        "name": FRONT_NAME,
        "main": "src/index.ts",
        "compatibility_date": plan.report.target.compatibility_date.isoformat(),
        "containers": [
            {
                "class_name": CLASS_NAME,
                "image": "../container/Dockerfile",
                "instance_type": _instance_type(size),
                "max_instances": capacity.instances,
            }
        ],
        "durable_objects": {"bindings": [{"name": CLASS_BINDING, "class_name": CLASS_NAME}]},
        "exports": {CLASS_NAME: {"type": "durable-object", "storage": "sqlite"}},
        "observability": {"enabled": True},
    }
    if plan.options.queue:
        config["queues"] = {"consumers": [{"queue": QUEUE_NAME, "max_batch_size": plan.options.concurrency}]}
    return json.dumps(config, indent=2) + "\n"


def _instance_type(size: InstanceSize) -> object:
    if size.name != "custom":
        return size.name
    return {"vcpu": size.vcpu, "memory_mib": size.memory_mib, "disk_mb": size.disk_mb}


def _source(plan: Plan, capacity: Capacity) -> str:
    queue = _QUEUE.format(binding=CLASS_BINDING) if plan.options.queue else ""
    return _SOURCE.format(
        instances=capacity.instances,
        class_name=CLASS_NAME,
        port=PORT,
        sleep_after=SLEEP_AFTER,
        binding=CLASS_BINDING,
        queue=queue,
    )


def _package() -> str:
    package = {
        "name": FRONT_NAME,
        "private": True,
        "type": "module",
        "scripts": {"deploy": "wrangler deploy", "dev": "wrangler dev", "types": "wrangler types"},
        "dependencies": {"@cloudflare/containers": "^0.3.7"},
        "devDependencies": {"wrangler": WRANGLER},
    }
    return json.dumps(package, indent=2) + "\n"


def _tsconfig() -> str:
    options = {
        "target": "es2022",
        "module": "es2022",
        "moduleResolution": "bundler",
        "strict": True,
        "noEmit": True,
        "skipLibCheck": True,
        "types": ["./worker-configuration.d.ts"],
    }
    return json.dumps({"compilerOptions": options, "include": ["src", "worker-configuration.d.ts"]}, indent=2) + "\n"
