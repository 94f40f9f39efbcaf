"""Passwords of package indexes from the ``keyring`` command, as pip and uv get them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping

AskKeyring = Callable[[str, str], str | None]
"""Gives the password of a service and a user, None where there is none."""
_TIMEOUT_SECONDS = 20.0


def find_keyring(environ: Mapping[str, str]) -> AskKeyring | None:
    """The ``keyring`` command, as pip and uv use it; None where it is not installed or switched off."""
    providers = (environ.get("UV_KEYRING_PROVIDER"), environ.get("PIP_KEYRING_PROVIDER"))
    program = shutil.which("keyring", path=environ.get("PATH"))
    if program is None or "disabled" in providers:
        return None

    def ask(service: str, username: str) -> str | None:
        try:
            done = subprocess.run(  # noqa: S603 - the command that the user has installed for this
                [program, "get", service, username],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=dict(environ),
                timeout=_TIMEOUT_SECONDS,
                check=False,
            )
        except (OSError, ValueError, subprocess.SubprocessError):
            return None
        return done.stdout.decode(errors="replace").strip("\r\n") or None if done.returncode == 0 else None

    return ask
