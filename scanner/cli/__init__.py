"""The command line: options to a scan, the scan to reports, the report to an exit code.

This package alone knows click, ends the process and reads the environment. Heavy modules are imported by the
commands that need them.
"""

from __future__ import annotations

import os
import sys
import warnings

__all__ = ["main"]

LEAST_DESCRIPTORS = 32
"""With fewer open files, libraries fail in places that do not expect it."""


def main(prog_name: str | None = None) -> None:
    """Answers the command line of this process; ``prog_name`` is its name, None for the one that it was called by."""
    _open_missing_streams()
    if _most_descriptors() < LEAST_DESCRIPTORS:
        sys.stderr.write(f"compat-scan: error: needs {LEAST_DESCRIPTORS} open files; raise the limit (ulimit -n)\n")
        sys.exit(2)
    warnings.simplefilter("ignore")  # a library's warning repeats what strangers wrote, unescaped
    if os.environ.get("COMPAT_SCAN_DEBUG") == "1":
        from scanner.cli.fault import show_unexpected  # noqa: PLC0415  # only on request

        show_unexpected()
    from scanner.cli.group import main as run  # noqa: PLC0415  # loads click

    try:
        run(prog_name=prog_name)
    except Exception as error:  # noqa: BLE001  # whatever it is, Python's own exit code would read as a verdict
        from scanner.cli.fault import tell_fault  # noqa: PLC0415  # only when it goes wrong

        sys.exit(tell_fault(error))


def _most_descriptors() -> int:
    """How many files this process may have open; as many as it likes where the system does not say."""
    try:
        import resource  # noqa: PLC0415  # not on Windows
    except ImportError:
        return LEAST_DESCRIPTORS
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return LEAST_DESCRIPTORS if limit == resource.RLIM_INFINITY else limit


def _open_missing_streams() -> None:
    """Gives a process that was started without a standard stream (``>&-``) one that leads nowhere.

    Else the next file that is opened, such as the cache, would take its number, and what is written to it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  # as above; for good
