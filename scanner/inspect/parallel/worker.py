"""What a further process does: it reads a share, follows it, and writes the outcome."""

from __future__ import annotations

import gc
import os
import pickle
import sys
import threading
import time

from scanner.inspect.parallel.partition import Share, follow_share

_LOOK_SECONDS = 0.25


def main(starter: int) -> None:
    """From standard input to standard output; ends in an exception where that cannot be done.

    ``starter`` is the number of the process that wants the outcome.
    """
    if os.name == "posix":  # elsewhere a process goes on to tell the number of a parent that has ended
        threading.Thread(target=_end_without, args=(starter,), daemon=True).start()
    gc.disable()  # syntax trees hold no cycles, and the process is a short one
    share = pickle.load(sys.stdin.buffer)  # noqa: S301  # the process that started this one wrote it
    if not isinstance(share, Share):
        raise TypeError("no share")
    pickle.dump(follow_share(share), sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)


def _end_without(starter: int) -> None:
    """End this process once the one that started it has ended, which a signal may do without a word."""
    while os.getppid() == starter:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)
