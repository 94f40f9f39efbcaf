"""One risky call, and what is recognised as one besides the table of hazards."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from scanner.model.rule import Rule

SUBCLASSED = (
    "threading.Thread", "threading.Timer", "socketserver.ThreadingMixIn", "socketserver.TCPServer",
    "socketserver.UDPServer", "socketserver.ThreadingTCPServer", "socketserver.BaseServer", "http.server.HTTPServer",
    "http.server.ThreadingHTTPServer", "wsgiref.simple_server.WSGIServer", "multiprocessing.Process",
    "multiprocessing.context.Process", "multiprocessing.process.BaseProcess", "subprocess.Popen",
    "concurrent.futures.ThreadPoolExecutor",
)  # fmt: skip
"""Classes whose subclasses are made to do the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """One place that would fail, or not do what it is for, when it is reached."""

    rule: Rule
    path: str
    line: int
    name: str
    """The module, name or call it is about."""
    outcome: str
    """What happens, as a predicate."""


def is_loop(node: ast.expr) -> bool:
    """Whether a receiver is called like an event loop."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return "loop" in name.lower()
        case ast.Call(func=function):
            return is_loop(function)
    return False
