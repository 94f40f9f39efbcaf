"""The identity of a finding that holds from scan to scan."""

from __future__ import annotations

import hashlib

from scanner.model.rule import Rule
from scanner.model.target import Target


def fingerprint(rule: Rule, name: str, target: Target) -> str:
    """A stable identity of one finding, as 64 hexadecimal digits: rule, name and target, no lines and no versions.

    The target counts with its Python feature version (``3.14``): a later compatibility date that selects the same
    runtime changes nothing.
    """
    python = ".".join(target.python.split(".")[:2])
    identity = f"compat-scan/1\0{rule.code}\0{name}\0{python}"
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
