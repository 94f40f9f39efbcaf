"""Text from outside, made safe to show.

Names, versions, requirements, comments, paths and messages come from files and indexes that anybody may have
written. Every reporter passes each of them through ``clean`` (or, where the exact text matters, ``exact``) before
the escaping of its own syntax.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

# Characters that draw nothing although Unicode counts them as marks, letters or symbols: the grapheme joiner, Hangul
# and Khmer fillers, the Mongolian and other variation selectors, the empty Braille pattern.
_DRAWS_NOTHING = frozenset(
    chr(code)
    for codes in (
        (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
        range(0x180B, 0x1810),
        range(0xFE00, 0xFE10),
        range(0xE0100, 0xE01F0),
    )
    for code in codes
)

# A continuous-integration runner takes commands from whatever is printed: «::error::» where a line begins (and any
# word may be wrapped to the beginning of one), «##[error]» and «##vso[…]» anywhere.
_COMMAND_START = re.compile(r"(?<!\S)::")
_COMMAND_ANYWHERE = re.compile(r"##(?=[A-Za-z]*\[)")

_USERINFO = re.compile(r"(?P<start>:[/\\]{2})(?P<userinfo>[^/\\?# \"'<>]*)@")
# A password with an unescaped slash: what follows the colon is then no port number.
_ODD_USERINFO = re.compile(r":[/\\]{2}[^/\\?#\s@:\[]{1,256}:(?!\d*(?:[/?#\s]|$))[^\s@\"'<>]{0,1024}@")
_SECRET_PARAMETER = re.compile(
    r"(?P<key>[?&](?:[\w.-]{0,40}?(?:token|auth|authorization|api[_-]?key|access[_-]?key|secret|passw(?:or)?d|passwd|pwd"
    r"|credentials?|signature|session)|key|code|pat|sig|jwt|hmac|client[_-]?id|(?:aws)?access[_-]?key[_-]?id)=)"
    r"[^&#\s\"'<>]+",
    re.IGNORECASE,
)
_HIDDEN = "****"

_SURROGATE = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """The text for people: credentials hidden, then everything invisible made visible."""
    return visible(redact_credentials(text))


def exact(text: str) -> str:
    """The text for programs: as it is but for credentials, and lone surrogates, which no encoding carries."""
    told = redact_credentials(text)
    return told if told.isascii() else _SURROGATE.sub(lambda match: _escaped(match.group()), told)


def visible(text: str) -> str:
    r"""The text with each character that cannot be seen written out, such as ``\x1b`` or ``\u202e``.

    That covers control characters, line breaks, bidirectional and zero-width controls, every space but the ordinary
    one, lone surrogates, private-use and unassigned characters (all that ``str.isprintable`` refuses), and the few
    letters and marks that draw nothing. What a continuous-integration runner would take for a command is broken up
    in the same way. Backslashes stay single: the result is to be read, not to be parsed back.
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(_shown, text))
    if "::" in text or "##" in text:
        text = _COMMAND_ANYWHERE.sub(r"#\\x23", _COMMAND_START.sub(r":\\x3a", text))
    return text


def is_web_address(url: str) -> bool:
    """Whether this is a URL that may become a link: http or https, with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def redact_credentials(text: str) -> str:
    """The text with user names, passwords and tokens inside URLs replaced by ``****``.

    The lone user name of an SSH address (``ssh://git@…``) is no secret and stays.
    """
    if "://" not in text and ":\\\\" not in text:
        return text
    if "@" in text:
        text = _USERINFO.sub(_hide_userinfo, text)
        text = _ODD_USERINFO.sub(lambda match: match.group()[:3] + _HIDDEN + "@", text)
    return _SECRET_PARAMETER.sub(rf"\g<key>{_HIDDEN}", text) if "?" in text or "&" in text else text


def _hide_userinfo(match: re.Match[str]) -> str:
    userinfo = match["userinfo"]
    scheme_is_ssh = match.string[: match.start()].lower().endswith("ssh")
    if scheme_is_ssh and ":" not in userinfo and "@" not in userinfo:
        return match.group()
    return f"{match['start']}{_HIDDEN}@"


def _shown(character: str) -> str:
    if character.isprintable() and character not in _DRAWS_NOTHING:
        return character
    return _SHORT_ESCAPES.get(character) or _escaped(character)


def _escaped(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
