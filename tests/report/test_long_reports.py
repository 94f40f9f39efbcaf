"""Reports of very many dependencies are written piece by piece: the text never stands in memory as a whole."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice

import pytest

from scanner.model.dependency import Location
from scanner.model.report import Judgement, Report
from scanner.report import REPORTERS, junit
from scanner.report.context import ReportContext

Render = Callable[[str, Report, ReportContext], str]

MANY = 4000


class Pieces(io.StringIO):
    """Keeps nothing but how long the pieces were."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []

    def write(self, text: str) -> int:
        self.lengths.append(len(text))
        return len(text)


@pytest.fixture
def long_report(report: Report) -> Report:
    """The report of the other tests again and again, each dependency on a line of its own."""

    def move(judgement: Judgement, number: int) -> Judgement:
        return replace(judgement, name=f"{judgement.name}-{number}", location=Location(path="r.txt", line=number))

    judgements = islice(cycle(report.dependencies), MANY)
    rows = tuple(move(one, number) for number, one in enumerate(judgements, start=1))
    return replace(report, projects=(replace(report.projects[0], dependencies=rows),))


@pytest.mark.parametrize("name", ["json", "junit", "gitlab", "html", "csv"])
def test_no_piece_is_more_than_a_part_of_the_whole(name: str, long_report: Report, context: ReportContext) -> None:
    stream = Pieces()
    REPORTERS[name].write(long_report, stream, context)
    assert sum(stream.lengths) > 100 * MANY
    assert max(stream.lengths) < sum(stream.lengths) / 5


@pytest.mark.parametrize("at_once", [1, 2, 7])
def test_junit_is_the_same_whatever_is_laid_out_at_once(
    render: Render, report: Report, context: ReportContext, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    whole = render("junit", report, context)
    monkeypatch.setattr(junit, "_AT_ONCE", at_once)
    assert render("junit", report, context) == whole
