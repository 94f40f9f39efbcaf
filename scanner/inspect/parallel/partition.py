"""The packages whose imports are to be followed, shared out between processes, and what following a share gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from scanner.inspect.code.digest import CodeDigest
from scanner.inspect.code.reader import CodeReader
from scanner.inspect.code.runtime import Runtime
from scanner.inspect.code.site import WheelCode
from scanner.inspect.import_report import ImportReport
from scanner.inspect.imports import find_import_problems

Tasks = Mapping[str, Sequence[str]]
"""The keys of packages, each with those of all that it requires."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What one process is to follow: all that it needs is in it."""

    runtime: Runtime
    tasks: Tasks
    codes: Mapping[str, WheelCode]
    digests: Mapping[str, CodeDigest] = field(default_factory=dict)
    """By the same keys as the codes: what is known of them from earlier scans."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What following a share gave, by the keys of its packages."""

    reports: Mapping[str, ImportReport]
    digests: Mapping[str, str]
    """As text: what is known now of each package that more is known of than before."""
    is_whole: bool
    """Whether every module was read as far as any scan would read it; else nothing of this is worth keeping."""


def follow_share(share: Share) -> Outcome:
    """Follow every package of a share."""
    reader = CodeReader(share.runtime, {share.codes[key].filename: digest for key, digest in share.digests.items()})
    reports = {
        key: find_import_problems(share.codes[key], [share.codes[other] for other in closure], reader)
        for key, closure in share.tasks.items()
    }
    digests = {key: reader.digest(code) for key, code in share.codes.items() if code.members}
    grown = {key: digest for key, digest in digests.items() if _count(digest) > _count(share.digests.get(key))}
    return Outcome(
        reports=reports,
        digests={key: digest.to_json() for key, digest in grown.items()},
        is_whole=not any(reader.is_cut_short(share.codes[key]) for key in grown),
    )


def _count(digest: CodeDigest | None) -> int:
    """How many modules a digest knows something of; fewer than none where there is no digest."""
    return len(digest.modules) + len(digest.quiet) if digest is not None else -1


def share_out(tasks: Tasks, weights: Mapping[str, int], count: int, first: Iterable[str] = ()) -> list[Tasks]:
    """The tasks in up to ``count`` parts of about the same work; those of ``first`` are in the first part.

    Reading the code is the work, and ``weights`` says how much there is of each package. What packages have in common
    is read once in each part, so that those which share most come together. Parts without a task are left out.
    """
    parts: list[dict[str, Sequence[str]]] = [{} for _ in range(count)]
    read: list[set[str]] = [set() for _ in range(count)]
    loads = [0] * count
    fixed = set(first)

    def added(index: int, key: str) -> int:
        return sum(weights.get(other, 0) for other in {key, *tasks[key]} - read[index])

    def size(key: str) -> tuple[bool, int]:
        return key in fixed, sum(weights.get(other, 0) for other in (key, *tasks[key]))

    for key in sorted(tasks, key=size, reverse=True):
        choices = range(1) if key in fixed else range(count)
        # What a part has not read yet counts double and more: else every part would come to read what all require.
        index = min(choices, key=lambda index: loads[index] + count * added(index, key))
        loads[index] += added(index, key)
        read[index].update((key, *tasks[key]))
        parts[index][key] = tasks[key]
    return [part for part in parts if part]
