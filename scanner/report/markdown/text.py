"""Text from outside inside GitHub's Markdown: never markup, never a mention, a reference or a link of its own."""

from __future__ import annotations

import itertools
import re
from urllib.parse import quote

from scanner.report.escape import clean, is_web_address

# Words that are plainly words: letters, digits and punctuation that no Markdown dialect interprets inside a line.
_PLAIN_WORD = re.compile(r"[\w.,;:!?'\"()/=+%«»„“”‘’…→–—·×≥≤-]*\Z")
# … unless GitHub makes something of them: links, references, hashes, emoji, emphasis, list markers.
_LINKED = re.compile(
    r"://|www\.|:[\w+-]+:|[0-9a-f]{7}|\A(?:GH|gh)-\d|\A(?:https?|mailto|xmpp):|\A[-+=]|\A\d+[.)]\Z"
    r"|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"
)
_MESSAGE_CODE = re.compile(r"(?<!\S)([(«]*)`([^`\s](?:[^`]*[^`\s])?)`([.,;:!?)»]*)(?!\S)")
_BACKTICKS = re.compile(r"`+")


def inline(text: str) -> str:
    """The text as a running sentence; whatever could be more than a word is set as code.

    Code is the one place where GitHub neither formats nor links: an e-mail address, ``@name``, ``#1``, a commit hash
    or a URL stays what it is. What the text itself has between backticks is code as well.
    """
    prose, pieces = clean(text), []
    end = 0
    for match in _MESSAGE_CODE.finditer(prose):
        before, content, after = match.groups()
        pieces += [_prose(prose[end : match.start()]), before, _code_span(content), after]
        end = match.end()
    return "".join((*pieces, _prose(prose[end:])))


def code(text: str) -> str:
    """The text as a code span; the empty string stays empty."""
    return _code_span(clean(text)) if text else ""


def fence(text: str, language: str, *, indent: str) -> str:
    """The text as a fenced block inside a list item; its fence is longer than every run of backticks inside."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{indent}{marks}{language}\n{indent}{clean(text)}\n{indent}{marks}\n"


def link(label: str, url: str) -> str:
    """A link, or plain code where the address is none of the web."""
    if not is_web_address(url):
        return f"{inline(label)} ({code(url)})"
    # Everything that could end the destination is percent-encoded; what is encoded already stays.
    destination = quote(clean(url), safe="/:?#@!$&'*+,;=%~-._")
    return f"[{inline(label)}](<{destination}>)"


def _prose(text: str) -> str:
    """The words, with runs of risky ones joined into one code span each."""
    runs = itertools.groupby(text.split(" "), key=_is_plain)
    return " ".join(" ".join(words) if plain else _set_as_code(" ".join(words)) for plain, words in runs)


def _set_as_code(text: str) -> str:
    """The text as a code span, with the punctuation that ends it outside."""
    core = text.rstrip(".,;:!?") or text
    return _code_span(core) + text[len(core) :]


def _is_plain(word: str) -> bool:
    return bool(_PLAIN_WORD.match(word)) and not _LINKED.search(word)


def _code_span(text: str) -> str:
    """A code span (CommonMark 6.1): its fence is longer than every run of backticks inside."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{padding}{text}{padding}{fence}"
