"""What is printed for an internal error, and its exit code, which never reads as a verdict."""

from __future__ import annotations

import errno
import logging
import sys
import traceback
from typing import TypeGuard

from scanner.cli.encoding import drop_output

EXIT_FAULT = 2
"""As for what cannot be read: 1 would say that something needs a container, and 3 that something was judged."""

_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})


def tell_fault(error: BaseException) -> int:
    """Write what went wrong to standard error, without a sign that a terminal obeys; the exit code."""
    from scanner.report.escape import redact_credentials, visible  # noqa: PLC0415  # only when it goes wrong

    if _is_unwritable_output(error):
        drop_output(sys.stdout)
        told = [f"compat-scan: error: standard output: cannot be written: {error.strerror}"]
    elif isinstance(error, MemoryError):
        told = ["compat-scan: error: not enough memory: no verdict was produced"]
    elif getattr(error, "errno", None) in (errno.EMFILE, errno.ENFILE):
        told = ["compat-scan: error: too many open files (see ulimit -n): no verdict was produced"]
    else:
        lines = "".join(traceback.format_exception(error)).splitlines()
        told = [visible(redact_credentials(line)) for line in lines]
        told.append("compat-scan: error: internal error: no verdict was produced. Please report the traceback above.")
    sys.stderr.write("\n".join(told) + "\n")
    return EXIT_FAULT


def show_unexpected() -> None:
    """Have the traceback of each unexpected error that became a finding written to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(_VisibleFormatter())
    logging.getLogger("scanner").addHandler(handler)
    logging.getLogger("scanner").setLevel(logging.DEBUG)


class _VisibleFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """The record without passwords, and without a sign that a terminal obeys."""
        from scanner.report.escape import redact_credentials, visible  # noqa: PLC0415  # as above

        return "\n".join(visible(redact_credentials(line)) for line in super().format(record).splitlines())


def _is_unwritable_output(error: BaseException) -> TypeGuard[OSError]:
    """Whether click could not write a help text: such an error names no file, and files translate their own."""
    return isinstance(error, OSError) and error.errno in _UNWRITABLE and error.filename is None
