"""Further processes of this program that follow a share each; what one cannot do is left to the caller.

They run this package's own code and nothing of what is scanned. A question and its answer go through unnamed temporary
files, so that neither side waits for the other and nothing is left behind by one that is killed.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from scanner.inspect.parallel.partition import Outcome, Share

MOST_PROCESSES = 4
"""Each holds the code of its share: beyond this many memory grows faster than time shrinks."""

_QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""What Linux gives a control group: microseconds of processor time, and of how many (cgroup-v2, "cpu.max")."""

_START = (
    "import sys; sys.path[:] = sys.argv[2:]; from scanner.inspect.parallel.worker import main; main(int(sys.argv[1]))"
)


def count_processes() -> int:
    """How many processes may follow code at the same time, this one among them."""
    if sys.platform in ("emscripten", "wasi") or not sys.executable or getattr(sys, "frozen", False):
        return 1  # no processes there, or none that is a Python
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable, _read_quota(_QUOTA), MOST_PROCESSES))


def _read_quota(path: Path) -> int:
    """How many processors a container is given the time of; as many as anybody wants where nothing is said."""
    try:
        allowed, period = path.read_text(encoding="ascii").split()
        return int(allowed) // int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return MOST_PROCESSES


def can_send(code: object) -> bool:
    """Whether another process can be handed this."""
    try:
        pickle.dumps(code, protocol=pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError):
        return False
    return True


class Helper:
    """A process that follows one share."""

    def __init__(self, share: Share) -> None:
        """Start it.

        Raises:
            OSError: there is no room for the question, or no further process.
        """
        with ExitStack() as opened:
            answer = opened.enter_context(tempfile.TemporaryFile())
            question = opened.enter_context(tempfile.TemporaryFile())
            pickle.dump(share, question, protocol=pickle.HIGHEST_PROTOCOL)
            question.seek(0)
            # -I: neither the working folder, which may be what is scanned, nor the environment says what is imported.
            self._process = subprocess.Popen(  # noqa: S603  # this very Python and this very package
                [sys.executable, "-I", "-c", _START, str(os.getpid()), *_import_path()],
                stdin=question,
                stdout=answer,
                stderr=subprocess.DEVNULL,
            )
            question.close()
            opened.pop_all()
        self._answer: IO[bytes] = answer

    def outcome(self) -> Outcome | None:
        """What it found, once it is done; None where it failed."""
        if self._process.wait() != 0:
            return None
        self._answer.seek(0)
        try:
            outcome = pickle.load(self._answer)  # noqa: S301  # our own process wrote it, and nobody else can
        except (pickle.UnpicklingError, EOFError, OSError):
            return None
        return outcome if isinstance(outcome, Outcome) else None

    def stop(self) -> None:
        """End it, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._answer.close()


@contextmanager
def helpers(shares: list[Share]) -> Iterator[list[Helper | None]]:
    """One for each share, None for those that could not be started; in the end all have ended."""
    started: list[Helper | None] = []
    try:
        for share in shares:
            try:
                started.append(Helper(share))
            except OSError:
                started.append(None)
        yield started
    finally:
        for helper in started:
            if helper is not None:
                helper.stop()


def _import_path() -> list[str]:
    """Where this process imports from; never from a working folder."""
    own = str(Path(__file__).resolve().parents[3])
    return [own, *(path for path in sys.path if path and path != own)]
