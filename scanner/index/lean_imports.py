"""Imports of large libraries without what this program never uses of them."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast


@contextmanager
def left_out(module: str) -> Iterator[None]:
    """While this lasts, importing ``module`` fails as if it were not installed; nothing where it is loaded already.

    For parts that a library itself can do without.
    """
    if module in sys.modules:
        yield
        return
    cast("dict[str, object]", sys.modules)[module] = None  # what an import takes for «there is none»
    try:
        yield
    finally:
        del sys.modules[module]


@contextmanager
def certificates_unread() -> Iterator[None]:
    """While this lasts, a new TLS context trusts nobody instead of reading the system's certificates.

    For libraries that make contexts while they are imported, which take tens of milliseconds each and are not used.
    """

    def trust_nobody(_: ssl.SSLContext) -> None:
        pass

    # The method is inherited, so that what is put before it here can be taken away again.
    ssl.SSLContext.set_default_verify_paths = trust_nobody  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        del ssl.SSLContext.set_default_verify_paths
