"""The Dockerfiles of a configuration: their platform, and what they start."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.model.dependency import Location
from scanner.model.finding import Problem
from scanner.model.rule import Rule
from scanner.plan.check.scope import CheckInput, Scope, TextFile

_FROM = re.compile(r"^\s*FROM\s+(?:--platform=(?P<platform>\S+)\s+)?(?P<image>\S+)", re.IGNORECASE)
_STARTS = re.compile(r"^\s*(?:CMD|ENTRYPOINT)\b", re.IGNORECASE)
_ENV = re.compile(r"^\s*ENV\b", re.IGNORECASE)
_OTHER_PLATFORM = re.compile(
    r"^(?:arm64v8|arm32v[5-7]|i386|ppc64le|s390x|riscv64)/|(?:^|[-:])(?:arm64|aarch64)(?:$|[-v])"
)
_AMD64 = frozenset({"linux/amd64", "linux/amd64/v1", "linux/x86_64"})
_SERVERS = (
    (re.compile(r"\buvicorn\b.*--reload\b"), "uvicorn --reload"),
    (re.compile(r"\bflask\b.{0,40}\brun\b"), "flask run"),
    (re.compile(r"\bmanage\.py\b.{0,40}\brunserver\b"), "manage.py runserver"),
    (re.compile(r"\bfastapi\b.{0,40}\bdev\b"), "fastapi dev"),
    (re.compile(r"\bgunicorn\b.*--reload\b"), "gunicorn --reload"),
    (re.compile(r"\bhttp\.server\b"), "python -m http.server"),
    (re.compile(r"\bwsgiref\b"), "wsgiref"),
)
_DEBUG = re.compile(r"\bFLASK_(?:DEBUG\s*=?\s*[\"']?(?:1|true)|ENV\s*=?\s*[\"']?development)", re.IGNORECASE)


def find_image_faults(given: CheckInput, scope: Scope) -> Iterator[Problem]:
    """The faults in each Dockerfile, and missing images."""
    for entry in scope.entries:
        image = entry.text("image")
        if image is None:
            continue
        if image in given.missing:
            yield given.problem(Rule.CS602, (*entry.path, "image"), f"file not found: {image}")
        if image in given.images:
            yield from find_dockerfile_faults(given.images[image])


def find_dockerfile_faults(file: TextFile) -> Iterator[Problem]:
    """Unsupported platforms and development servers, with the first line of the instruction."""
    for number, text in _instructions(file.text):
        place = Location(path=file.path, line=number)
        if match := _FROM.match(text):
            platform = match["platform"]
            is_other = platform is not None and "$" not in platform and platform.lower() not in _AMD64
            if is_other or _OTHER_PLATFORM.search(match["image"]):
                named = platform if is_other else match["image"]
                message = f"`{named}` is not supported; containers run linux/amd64"
                yield Problem(rule=Rule.CS711, message=message, location=place)
        elif _STARTS.match(text):
            plain = re.sub(r"[\"',\[\]]", " ", text)
            for pattern, server in _SERVERS:
                if pattern.search(plain):
                    message = f"`{server}` is a development server"
                    yield Problem(rule=Rule.CS712, message=message, location=place)
        elif _ENV.match(text) and _DEBUG.search(text):
            yield Problem(rule=Rule.CS712, message="the environment enables Flask's debugger", location=place)


def _instructions(text: str) -> Iterator[tuple[int, str]]:
    """Each instruction on one line with the number of its first line; without comments."""
    held, first = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("#"):
            continue
        first = first or number
        if line.rstrip().endswith("\\"):
            held += line.rstrip()[:-1] + " "
            continue
        yield first, held + line
        held, first = "", 0
    if held:
        yield first, held
