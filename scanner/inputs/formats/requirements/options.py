"""The options on a line of a requirements file, parsed by pip-requirements-parser, which is pip's own code.

This is the only module that knows that library.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from optparse import OptionParser, Values

from scanner.inputs.formats.declaration import shorten

MAX_OPTION_CHARACTERS = 20_000

_FIRST_OPTION = re.compile(r"(?:^|\s)-")
_PLAIN_HASH = re.compile(r"--hash=(\w+:\w+)")
_PLAIN_INCLUDE = re.compile(r"(?:-r|--requirement|(-c|--constraint))(?:\s+|=)([\w./][\w./-]*)")
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s+|\s*=\s*)(.*)")
_HASH = re.compile(r"\w+:\w+")
# Options of newer releases of pip that the library does not support.
_NEWER_FLAGS = ("--no-require-hashes",)
_NEWER_OPTIONS = ("--all-releases", "--only-final")
_ON_REQUIREMENTS = frozenset({"hashes", "install_options", "global_options", "config_settings", "editables"})


@dataclass(frozen=True, kw_only=True, slots=True)
class LineOptions:
    """The options of one line that affect a scan."""

    editable: str = ""
    """The value of ``-e``, with its marker; empty without one."""
    hashes: tuple[str, ...] = ()
    includes: tuple[tuple[str, bool], ...] = ()
    """The paths of ``-r`` and ``-c``, each with whether it is a constraints file."""
    index_url: str | None = None
    extra_index_urls: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    prereleases: bool = False
    faults: tuple[str, ...] = ()
    """Errors in the options themselves."""
    ignored: tuple[str, ...] = ()
    """The options, as written, that pip accepts only on separate lines."""
    notes: tuple[str, ...] = ()
    rest: str = ""
    """The text after the options that belongs to none of them."""

    def find_faults(self, requirement: str) -> Iterator[str]:
        """What pip rejects or ignores on this line, given the requirement before the options, if any."""
        yield from self.faults
        if (requirement or self.editable) and self.ignored:
            yield f"`{', '.join(self.ignored)}` is ignored after a requirement; put it on a separate line"
        if self.rest and not self.editable:
            yield f"`{shorten(self.rest)}` after an option is ignored"


def split_options(line: str) -> tuple[str, str]:
    """The line before its first option, and the rest."""
    match = _FIRST_OPTION.search(line)
    if match is None:
        return line, ""
    return line[: match.start()].strip(), line[match.start() :].strip()


class OptionReader:
    """Parses option strings, with one parser for all of them: building it costs more than a line."""

    def __init__(self) -> None:
        self._parser: OptionParser | None = None

    def parse_options(self, text: str) -> LineOptions:
        """The options in a string.

        Raises:
            ValueError: an option is unknown or lacks its value; the message is one line.
        """
        words = text.split()
        plain = [match[1] for word in words if (match := _PLAIN_HASH.fullmatch(word))]
        if len(plain) == len(words):
            return LineOptions(hashes=tuple(plain))
        if include := _PLAIN_INCLUDE.fullmatch(text):
            return LineOptions(includes=((include[2], include[1] is not None),))
        if editable := _find_editable(text):
            return LineOptions(editable=editable)
        if len(text) > MAX_OPTION_CHARACTERS:
            raise ValueError(f"options of {len(text):,} characters are too long")
        values, rest = self._parse_words(_split_words(text))
        return _read_values(values, rest)

    def _parse_words(self, words: list[str]) -> tuple[Values, list[str]]:
        from pip_requirements_parser import OptionParsingError  # noqa: PLC0415 - slow to load, and few lines have options

        if self._parser is None:
            self._parser = _build_parser()
        defaults = self._parser.get_default_values()
        for name, value in vars(defaults).items():
            # The library's defaults are shared lists, to which the parser would append.
            setattr(defaults, name, [] if isinstance(value, list) else value)
        try:
            return self._parser.parse_args(words, defaults)
        except OptionParsingError as error:
            message = str(error.msg).strip().rpartition("error: ")[2]
            raise ValueError(shorten(message)) from error


def _split_words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ValueError(f"`{shorten(text)}` has an unclosed quote") from error


def _build_parser() -> OptionParser:
    from pip_requirements_parser import build_parser  # noqa: PLC0415 - as above

    parser: OptionParser = build_parser()
    for flag in _NEWER_FLAGS:
        parser.add_option(flag, action="store_true")
    for option in _NEWER_OPTIONS:
        parser.add_option(option, action="append", default=[])
    parser.add_option("-C", "--config-setting", "--config-settings", dest="config_settings", action="append")
    return parser


def _read_values(values: Values, rest: list[str]) -> LineOptions:
    from pip_requirements_parser import LEGACY_OPTIONS_DEST  # noqa: PLC0415 - as above

    given = {name: value for name, value in vars(values).items() if value}
    legacy = [name for name in given if name in LEGACY_OPTIONS_DEST]
    faults = [f"`{_spell(name)}` was removed from pip" for name in legacy]
    hashes = _clean(given.get("hashes", []))
    faults += [f"`--hash={shorten(each)}` is not a hash" for each in hashes if not _HASH.fullmatch(each)]
    editables = _clean(given.get("editables", []))
    faults += [f"`-e {shorten(each)}` is ignored: a line can have only one `-e`" for each in editables[1:]]
    index_urls = _clean([given["index_url"]]) if "index_url" in given else []
    return LineOptions(
        editable=editables[0] if editables else "",
        hashes=tuple(each for each in hashes if _HASH.fullmatch(each)),
        includes=tuple((path, False) for path in _clean(given.get("requirements", [])))
        + tuple((path, True) for path in _clean(given.get("constraints", []))),
        index_url=next(iter(index_urls), None),
        extra_index_urls=tuple(_clean(given.get("extra_index_urls", []))),
        find_links=tuple(_clean(given.get("find_links", []))),
        no_index="no_index" in given,
        prereleases="pre" in given or ":all:" in _clean(given.get("all_releases", [])),
        faults=tuple(faults),
        ignored=tuple(_spell(name) for name in given if name not in _ON_REQUIREMENTS and name not in legacy),
        notes=("--no-binary has no effect: Workers install only wheels",) if "no_binary" in given else (),
        rest=" ".join(rest),
    )


def _find_editable(text: str) -> str:
    """The text after ``-e``, with a marker's quotes intact, if it is the only option of the line; otherwise empty."""
    match = _EDITABLE.fullmatch(text)
    if match is None or _FIRST_OPTION.search(match[1]):
        return ""
    quoted = re.fullmatch(r"(['\"])([^'\"]*)\1", match[1])
    return quoted[2] if quoted else match[1]


def _clean(values: list[str]) -> list[str]:
    """The values without the ``=`` that optparse leaves in ``-r=file``, and without empty ones."""
    return [cleaned for value in values if (cleaned := value.lstrip("=").strip())]


def _spell(name: str) -> str:
    from pip_requirements_parser import OPT_BY_OPTIONS_DEST  # noqa: PLC0415 - as above

    return str(OPT_BY_OPTIONS_DEST.get(name, f"--{name.replace('_', '-')}"))
