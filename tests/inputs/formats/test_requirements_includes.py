"""requirements.txt: the files that it includes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scanner.inputs.formats.document import Parsed
from scanner.inputs.formats.requirements import MAX_INCLUDE_DEPTH, parse_requirements
from scanner.model.dependency import Dependency
from scanner.model.rule import Rule
from tests.inputs.formats.conftest import summarize

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument


def _names(parsed: Parsed) -> list[str | None]:
    return [entry.name for entry in parsed.entries if isinstance(entry, Dependency)]


def _problems(parsed: Parsed) -> list[tuple[Rule, str, int, str]]:
    return [
        (problem.rule, problem.location.path, problem.location.line, problem.message)
        for problem in parsed.problems
        if problem.location
    ]


def test_includes_are_followed_from_the_folder_of_each_file_in_the_order_of_the_lines(
    make_document: MakeDocument,
) -> None:
    parsed = parse_requirements(
        make_document(
            "a\n-r deps/base.txt\nz\n",
            files={
                "deps/base.txt": "b\n--requirement=more/c.txt\n",
                "deps/more/c.txt": "-r ../../d.txt\nc\n",
                "d.txt": "d",
            },
        )
    )
    assert _names(parsed) == ["a", "b", "d", "c", "z"]
    assert [entry.location.path for entry in parsed.entries] == [
        "requirements.txt",
        "deps/base.txt",
        "d.txt",
        "deps/more/c.txt",
        "requirements.txt",
    ]
    assert not parsed.problems


def test_constraints_are_kept_apart_and_requirements_that_they_include_are_not(make_document: MakeDocument) -> None:
    files = {"limits.txt": "b<2\n-r real.txt\n-c more.txt\n", "real.txt": "c\n", "more.txt": "d<4\n"}
    parsed = parse_requirements(make_document("a\n-c limits.txt\n", files=files))
    assert _names(parsed) == ["a", "c"]
    assert [entry.text for entry in parsed.constraints if isinstance(entry, Dependency)] == ["b<2", "d<4"]


def test_a_circle_is_a_problem_at_the_line_that_closes_it(make_document: MakeDocument) -> None:
    parsed = parse_requirements(make_document("a\n-r b.txt\n", files={"b.txt": "b\n\n-r ./requirements.txt\n"}))
    assert _names(parsed) == ["a", "b"]
    assert _problems(parsed) == [
        (
            Rule.CS602,
            "b.txt",
            3,
            "`./requirements.txt` cannot be included: it includes itself: requirements.txt → b.txt → requirements.txt",
        )
    ]


def test_a_file_that_includes_itself_is_a_problem(make_document: MakeDocument) -> None:
    parsed = parse_requirements(make_document("-r requirements.txt\na\n"))
    assert _names(parsed) == ["a"]
    assert [(rule, line) for rule, _, line, _ in _problems(parsed)] == [(Rule.CS602, 1)]


def test_a_missing_file_is_a_problem_at_the_line_that_names_it(make_document: MakeDocument) -> None:
    parsed = parse_requirements(make_document("a\n\n-r gone.txt\n-c gone-too.txt\nb\n"))
    assert _names(parsed) == ["a", "b"]
    assert _problems(parsed) == [
        (Rule.CS602, "requirements.txt", 3, "`gone.txt` cannot be included: no such file"),
        (Rule.CS602, "requirements.txt", 4, "`gone-too.txt` cannot be included: no such file"),
    ]


def test_a_diamond_is_read_once(make_document: MakeDocument) -> None:
    files = {"b.txt": "-r d.txt\nb\n", "c.txt": "-r d.txt\nc\n", "d.txt": "d\n"}
    parsed = parse_requirements(make_document("-r b.txt\n-r c.txt\n", files=files))
    assert _names(parsed) == ["d", "b", "c"]
    assert not parsed.problems


def test_a_tower_of_diamonds_ends(make_document: MakeDocument) -> None:
    files = {f"{n}.txt": f"-r {n + 1}.txt\n-r ./{n + 1}.txt\nname-{n}\n" for n in range(40)} | {"40.txt": "top\n"}
    assert len(_names(parse_requirements(make_document("-r 0.txt\n", files=files)))) == 41


def test_a_chain_without_an_end_is_cut(make_document: MakeDocument) -> None:
    files = {f"{n}.txt": f"-r {n + 1}.txt\nname-{n}\n" for n in range(3 * MAX_INCLUDE_DEPTH)}
    parsed = parse_requirements(make_document("-r 0.txt\n", files=files))
    assert len(_names(parsed)) == MAX_INCLUDE_DEPTH
    assert [rule for rule, *_ in _problems(parsed)] == [Rule.CS602]


def test_one_line_may_include_several_files(make_document: MakeDocument) -> None:
    parsed = parse_requirements(
        make_document("-r b.txt -c c.txt -r d.txt\n", files={"b.txt": "b", "c.txt": "c", "d.txt": "d"})
    )
    assert _names(parsed) == ["b", "d"]
    assert len(parsed.constraints) == 1


@pytest.mark.parametrize("target", ["https://user:secret@example.org/r.txt", "http://example.org/r.txt"])
def test_urls_are_never_followed(make_document: MakeDocument, target: str) -> None:
    parsed = parse_requirements(make_document(f"-r {target}\na\n"))
    assert _names(parsed) == ["a"]
    ((rule, _, line, message),) = _problems(parsed)
    assert (rule, line) == (Rule.CS602, 1)
    assert "not downloaded" in message
    assert "secret" not in message


def test_a_file_url_is_a_path(make_document: MakeDocument) -> None:
    parsed = parse_requirements(make_document("-r file:///deps/b%20c.txt\n", files={"/deps/b c.txt": "b\n"}))
    assert _names(parsed) == ["b"]


def test_options_of_included_files_count(make_document: MakeDocument) -> None:
    parsed = parse_requirements(
        make_document("-r b.txt\n", files={"b.txt": "--extra-index-url https://x.example.org\nb\n"})
    )
    assert summarize(parsed.index)["extra"] == ["https://x.example.org/"]
