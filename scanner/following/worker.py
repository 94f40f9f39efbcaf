"""What a further process does: it reads a share, follows it, and writes the outcome."""

from __future__ import annotations

import gc
import pickle
import sys

from scanner.following.shares import Share, follow_share


def main() -> None:
    """From standard input to standard output; ends in an exception where that cannot be done."""
    gc.disable()  # syntax trees hold no cycles, and the process is a short one
    share = pickle.load(sys.stdin.buffer)  # noqa: S301  # the process that started this one wrote it
    if not isinstance(share, Share):
        raise TypeError("no share")
    pickle.dump(follow_share(share), sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)
