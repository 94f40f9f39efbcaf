"""The keyring command gives passwords where it is installed."""

from __future__ import annotations

from pathlib import Path

from scanner.cli.keyring import find_keyring


def test_the_keyring_command_is_run_where_it_is_installed_and_not_switched_off(tmp_path: Path) -> None:
    program = tmp_path / "keyring"
    program.write_text('#!/bin/sh\n[ "$1 $3" = "get me" ] && echo "for $2"\n', encoding="utf-8")
    program.chmod(0o755)
    ask = find_keyring({"PATH": str(tmp_path)})
    assert ask is not None
    assert (ask("https://example.org/", "me"), ask("https://example.org/", "you")) == ("for https://example.org/", None)
    assert find_keyring({"PATH": str(tmp_path), "PIP_KEYRING_PROVIDER": "disabled"}) is None
    assert find_keyring({"PATH": str(tmp_path / "nowhere")}) is None
