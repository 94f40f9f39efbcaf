"""A Pyodide under Node that imports modules: one process for a package, one fresh interpreter for a module.

The imported code is strange code. Node is started with its permission model where it has one (reading nothing but
Pyodide and the unpacked wheels, writing nothing, starting nothing), with an empty environment, a limit on memory where
the system can set one, and a timeout. No name of a package ever becomes part of a command line.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.inspect.pyodide.outcome import ModuleOutcome
from scanner.inspect.pyodide.runtime import PyodideRuntime

SCRIPT = Path(__file__).resolve().parent / "import_modules.mjs"

TIMEOUT_SECONDS = 180
"""For one module with the start of its interpreter; the largest packages take a few seconds on an idle machine."""

MEMORY_BYTES = 4 * 1024 * 1024 * 1024
"""For one Node process: WebAssembly's own limit; Pyodide itself takes about 160 MiB."""

TIMEOUT = "timeout"
"""The «error» of a module that was not done in time, which proves nothing: the machine may be busy."""

_MAX_MESSAGE = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeProbe:
    """Imports modules in a Pyodide under Node."""

    runtime: PyodideRuntime
    offline: bool = False
    """Whether the Pyodide host is not even asked for its builds."""
    timeout_seconds: float = TIMEOUT_SECONDS

    def import_modules(
        self, site: Path, modules: Sequence[str], host_packages: Sequence[str] = ()
    ) -> tuple[ModuleOutcome, ...]:
        """What importing each module gave, in their order.

        A module that takes the whole process with it twice is told as such, and the others are tried in another one.
        """
        outcomes: list[ModuleOutcome] = []
        suspect = ""
        while len(outcomes) < len(modules):
            pending = modules[len(outcomes) :]
            answers, (error, message) = self._run(site, pending, host_packages)
            told = [_parse_outcome(answer) for answer in answers[: len(pending)]]
            outcomes += told
            if len(told) == len(pending):
                break
            if error != TIMEOUT and suspect != pending[len(told)]:
                suspect = pending[len(told)]  # the machine may have been short of memory: it gets a second process
            else:
                outcomes.append(ModuleOutcome(module=pending[len(told)], ok=False, error=error, message=message))
        return tuple(outcomes)

    def find_host_failure(self, site: Path, names: Sequence[str]) -> str | None:
        """Why the Pyodide host's builds of these packages cannot be had; None where they can."""
        if self.offline:
            return "the network is not to be used"
        answers, ending = self._run(site, (), names)
        if not answers:
            return ending[1]
        missing = answers[0].get("missing")
        return (
            f"{', '.join(map(str, missing[:3]))} could not be fetched"
            if isinstance(missing, list) and missing
            else None
        )

    def _run(
        self, site: Path, modules: Sequence[str], host_packages: Sequence[str]
    ) -> tuple[list[Mapping[str, Any]], tuple[str, str]]:
        """The answers that came, and how the process ended."""
        kept = site.resolve().with_name("host")
        job = {
            "token": secrets.token_hex(16),
            "host_cache": str(kept),
            "pyodide": str(self.runtime.folder),
            "site": str(site),
            "modules": list(modules),
            "host_packages": list(host_packages),
        }
        process = subprocess.Popen(  # noqa: S603  # a literal command; names travel by standard input
            self._command(site, kept if host_packages else None),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": str(self.runtime.node.parent), "NODE_NO_WARNINGS": "1"},
            cwd=site,
        )
        with process:
            _limit_memory(process.pid)
            try:
                output, errors = process.communicate(
                    json.dumps(job).encode(), timeout=self.timeout_seconds * max(1, len(modules))
                )
                ending = _describe_end(process.returncode, errors)
            except subprocess.TimeoutExpired:
                process.kill()
                output, _ = process.communicate()
                ending = (TIMEOUT, f"not done after {self.timeout_seconds:.0f} seconds")
        return _parse_lines(output, job["token"]), ending

    def _command(self, site: Path, kept: Path | None) -> list[str]:
        """``kept`` is where Pyodide may keep the host's builds between two processes, each checked by its hash."""
        readable = [f"--allow-fs-read={folder}/" for folder in (self.runtime.folder, site.resolve(), SCRIPT.parent)]
        if kept:
            kept.mkdir(exist_ok=True)
            readable += [f"--allow-fs-read={kept}/", f"--allow-fs-write={kept}/"]
        permission = [self.runtime.permission_flag, *readable] if self.runtime.permission_flag else []
        return [str(self.runtime.node), "--max-old-space-size=1024", *permission, str(SCRIPT)]


def _limit_memory(pid: int) -> None:
    """Sets the limit where the system has one for another process's data (Linux)."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415  # only there

        try:
            resource.prlimit(pid, resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
        except (OSError, ValueError):  # it has ended already, or the limit is lower
            return


def _describe_end(code: int, errors: bytes) -> tuple[str, str]:
    """The kind of end and what there is to say of it, with the last line that looks like an error."""
    lines = [line for line in errors[-20_000:].decode(errors="replace").splitlines() if "Error" in line]
    said = f": {lines[-1].strip()[:150]}" if lines else ""
    if code < 0:
        return "crash", f"the interpreter was ended by signal {-code}{said}"
    return "crash", f"the interpreter ended with exit code {code} before it answered{said}"


def _parse_lines(output: bytes, token: object) -> list[Mapping[str, Any]]:
    """The answers among the lines: what imported code prints by other ways is no answer."""
    answers: list[Mapping[str, Any]] = []
    for line in output.splitlines():
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(answer, dict) and answer.get("token") == token:
            answers.append(answer)
    return answers


def _parse_outcome(answer: Mapping[str, Any]) -> ModuleOutcome:
    trace = answer.get("trace")
    missing = answer.get("missing")
    return ModuleOutcome(
        module=str(answer.get("module")),
        ok=answer.get("ok") is True,
        error=None if answer.get("ok") is True else str(answer.get("error")),
        message=str(answer.get("message") or "")[:_MAX_MESSAGE],
        missing=str(missing) if missing else None,
        trace=tuple(map(str, trace)) if isinstance(trace, list) else (),
    )
