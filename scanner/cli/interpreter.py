"""What is installed beside a Python interpreter, as the interpreter itself tells it (`--python`).

The one place that starts another program. The interpreter is asked for its own metadata and for nothing else: by
`pip inspect` where it has pip, else by a few lines of the standard library that print the same.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scanner.model.errors import SettingsError

OPTION = "--python"
TIMEOUT_SECONDS = 60.0
MAX_OUTPUT_BYTES = 64 * 1024 * 1024

# Isolated: neither the working folder nor PYTHON* variables nor the user's packages have a say.
_ISOLATED = ("-I", "-X", "utf8")
_ASK_PIP = (*_ISOLATED, "-m", "pip", "--no-input", "--disable-pip-version-check", "inspect", "--local")
_ASK_LIBRARY = """
import importlib.metadata, json, sys
installed = []
paths = [path for path in sys.path if path.startswith(sys.prefix)]
for each in importlib.metadata.distributions(path=paths):
    fields = each.metadata
    row = {"metadata": {"name": fields["Name"], "version": fields["Version"]}}
    row["metadata"]["requires_dist"] = fields.get_all("Requires-Dist") or []
    row["requested"] = each.read_text("REQUESTED") is not None
    direct_url = each.read_text("direct_url.json")
    if direct_url:
        row["direct_url"] = json.loads(direct_url)
    installed.append(row)
json.dump({"version": "1", "pip_version": "", "installed": installed}, sys.stdout)
"""


def read_installed(python: str, environ: Mapping[str, str], *, timeout_seconds: float = TIMEOUT_SECONDS) -> bytes:
    """The report of `pip inspect`, as JSON, on what is installed for an interpreter.

    ``python`` is the path or name of an interpreter, or the folder of a virtual environment. What the environment
    inherits from the system's packages is left out.

    Raises:
        SettingsError: there is no such interpreter, or it gives no answer.
    """
    command = _find_interpreter(python)
    environ = {name: value for name, value in environ.items() if not name.startswith("PIP_")}
    environ["PIP_CONFIG_FILE"] = os.devnull
    answer = _ask(python, (command, *_ASK_PIP), environ, timeout_seconds)
    if answer.exit_code != 0 or not answer.output.strip():
        answer = _ask(python, (command, *_ISOLATED, "-c", _ASK_LIBRARY), environ, timeout_seconds)
    if answer.exit_code != 0 or not answer.output.strip():
        told = f": {answer.last_words}" if answer.last_words else ""
        raise SettingsError(
            None, OPTION, f"{python} does not tell what is installed{told}; is it a Python 3.8 or later?"
        )
    return answer.output


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    output: bytes
    exit_code: int
    last_words: str
    """The last line on its standard error."""


def _find_interpreter(python: str) -> str:
    path = Path(python)
    if path.is_dir():
        inside = (path / "bin" / "python", path / "Scripts" / "python.exe")
        command = next((str(each) for each in inside if each.is_file()), None)
        if command is None:
            raise SettingsError(None, OPTION, f"{python} is a folder, but not of a virtual environment")
    else:
        command = shutil.which(python)
    if command is None:
        why = "cannot be executed" if path.exists() else "is not there"
        raise SettingsError(None, OPTION, f"{python} {why}; give an interpreter or the folder of its environment")
    return str(Path(command).absolute())


def _ask(python: str, words: Sequence[str], environ: Mapping[str, str], timeout_seconds: float) -> _Answer:
    """What a command prints, read to a limit of size and time."""
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(  # noqa: S603 - the words are ours, the interpreter is the user's
                words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=environ
            )
        except OSError as error:
            raise SettingsError(None, OPTION, f"{python} cannot be started: {error.strerror}") from error
        output, is_late = _read_output(process, timeout_seconds)
        if is_late:
            raise SettingsError(None, OPTION, f"{python} has not answered for {timeout_seconds:.0f} seconds")
        if len(output) > MAX_OUTPUT_BYTES:
            raise SettingsError(None, OPTION, f"{python} answers with over {MAX_OUTPUT_BYTES:,} bytes")
        return _Answer(output=output, exit_code=process.returncode, last_words=_read_last_line(errors))


def _read_output(process: subprocess.Popen[bytes], timeout_seconds: float) -> tuple[bytes, bool]:
    """What a process prints, one byte over the limit at most, and whether it was ended for being late."""
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(timeout_seconds, give_up)
    timer.start()
    try:
        with process:
            output = process.stdout.read(MAX_OUTPUT_BYTES + 1) if process.stdout else b""
            if len(output) > MAX_OUTPUT_BYTES:
                process.kill()
    finally:
        timer.cancel()
    return output, late.is_set()


def _read_last_line(errors: IO[bytes]) -> str:
    errors.seek(0, os.SEEK_END)
    errors.seek(max(0, errors.tell() - 2000))
    lines = errors.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip()[:200] if lines else ""
