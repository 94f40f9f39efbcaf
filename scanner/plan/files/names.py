"""The names that the written files share with each other."""

from __future__ import annotations

WORKER_NAME = "app"
FRONT_NAME = "app-container"
QUEUE_NAME = "app-jobs"
CLASS_NAME = "AppContainer"
FRONT_BINDING = "CONTAINER"
"""Of the Python Worker to the Worker in front of the container."""
CLASS_BINDING = "INSTANCES"
"""Of the Worker in front to its instances."""
QUEUE_BINDING = "JOBS"
WORKFLOW_NAME = "app-work"
WORKFLOW_BINDING = "WORK"
WORKFLOW_CLASS = "AppWork"
PORT = 8080
SLEEP_AFTER = "10m"
WRANGLER = "^4.164.0"
SCHEMA = "./node_modules/wrangler/config-schema.json"


def one_line(text: str) -> str:
    """The text without line breaks and control characters, for requirement files and comments."""
    return "".join(character if character.isprintable() else " " for character in text).strip()
