"""The command line: options to a scan, the scan to reports, the report to an exit code.

This package alone knows click, ends the process and reads the environment. Heavy modules are imported by the
commands that need them.
"""

from __future__ import annotations

import os
import sys

__all__ = ["main"]


def main(prog_name: str | None = None) -> None:
    """Answers the command line of this process; ``prog_name`` is its name, None for the one that it was called by."""
    _open_missing_streams()
    from scanner.cli.group import main as run  # noqa: PLC0415  # loads click

    try:
        run(prog_name=prog_name)
    except Exception as error:  # noqa: BLE001  # whatever it is, Python's own exit code would read as a verdict
        from scanner.cli.fault import tell_fault  # noqa: PLC0415  # only when it goes wrong

        sys.exit(tell_fault(error))


def _open_missing_streams() -> None:
    """Gives a process that was started without a standard stream (``>&-``) one that leads nowhere.

    Else the next file that is opened, such as the cache, would take its number, and what is written to it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  # as above; for good
