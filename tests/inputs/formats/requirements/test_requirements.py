"""requirements.txt: lines, options and what is odd about them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scanner.inputs.formats.document import Parsed
from scanner.inputs.formats.requirements import parse_requirements
from scanner.model.dependency import Dependency, Entry
from scanner.model.rule import Rule
from tests.inputs.formats.conftest import summarize

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument


def _dependency(entry: Entry) -> Dependency:
    assert isinstance(entry, Dependency)
    return entry


def _dependencies(parsed: Parsed) -> list[Dependency]:
    return [_dependency(entry) for entry in parsed.entries]


def _messages(parsed: Parsed) -> list[tuple[int, str]]:
    return [(problem.location.line if problem.location else 0, problem.message) for problem in parsed.problems]


def test_requirements_stand_at_their_line_and_column_with_their_text(make_document: MakeDocument) -> None:
    text = "# top\n\na==1  # why\n  b>=2 ; os_name == 'nt'\nc==3 \\\n  --hash=sha256:ab --hash=sha256:cd\n"
    found = _dependencies(parse_requirements(make_document(text)))
    assert [(d.name, d.location.line, d.location.column, d.text) for d in found] == [
        ("a", 3, 1, "a==1"),
        ("b", 4, 3, "b>=2 ; os_name == 'nt'"),
        ("c", 5, 1, "c==3"),
    ]
    assert found[2].hashes == ("sha256:ab", "sha256:cd")
    assert all(d.direct is True and d.locked is None for d in found)


def test_broken_lines_are_located_and_the_rest_is_read(make_document: MakeDocument) -> None:
    parsed = parse_requirements(make_document("good==1\n==1.0\nalso-good\ntwo words\nfine>=3\n"))
    assert [d.name for d in _dependencies(parsed)] == ["good", "also-good", "fine"]
    assert [(problem.rule, line) for problem, (line, _) in zip(parsed.problems, _messages(parsed), strict=True)] == [
        (Rule.CS601, 2),
        (Rule.CS601, 4),
    ]


def test_index_options_are_gathered(make_document: MakeDocument) -> None:
    text = (
        "-i https://one.example.org/simple\n--index-url=https://two.example.org/simple\n"
        "--extra-index-url https://x.example.org --pre\n-f ./wheels\n--find-links https://links.example.org\n"
        "--no-index\n--trusted-host example.org\n--prefer-binary\n--only-binary :all:\n--use-feature x\n"
    )
    parsed = parse_requirements(make_document(text, "deps/requirements.txt"))
    assert summarize(parsed.index) == {
        "index": "https://two.example.org/simple/",
        "extra": ["https://x.example.org/"],
        "find_links": [Path("deps/wheels").absolute().as_uri(), "https://links.example.org"],
        "no_index": True,
        "prerelease": "allow",
    }
    assert not parsed.problems


def test_options_of_newer_pip_releases_are_known(make_document: MakeDocument) -> None:
    parsed = parse_requirements(make_document("--all-releases :all:\n--only-final x\na -C k=v\n--no-require-hashes\n"))
    assert parsed.index.prerelease == "allow"
    assert not parsed.problems


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--unknown", "no such option: --unknown"),
        ("--no-use-wheel", "`--no-use-wheel` was removed from pip"),
        ("--index-url https://x.example.org demo", "`demo` after an option is ignored"),
        ("-r", "-r option requires 1 argument"),
        ("-i 'open", "`-i 'open` has an unclosed quote"),
        ("-e", "-e option requires 1 argument"),
        ("-e . -e ./b", "`-e ./b` is ignored: a line can have only one `-e`"),
        ("a --pre", "`--pre` is ignored after a requirement; put it on a separate line"),
        ("a --hash=nothing", "`--hash=nothing` is not a hash"),
        ("a --unknown", "no such option: --unknown"),
    ],
)
def test_odd_options_are_problems_and_requirements_beside_them_are_kept(
    make_document: MakeDocument, line: str, message: str
) -> None:
    parsed = parse_requirements(make_document(f"{line}\nfine\n"))
    assert _messages(parsed) == [(1, message)]
    names = [d.name for d in _dependencies(parsed)]
    assert names[-1] == "fine"
    assert len(names) == (2 if line.startswith(("a ", "-e .")) else 1)


def test_editable_lines_keep_marker_and_text(make_document: MakeDocument) -> None:
    (found,) = _dependencies(parse_requirements(make_document("--editable=./x[a] ; python_version < '3'\n")))
    assert (found.editable, found.url, found.extras, str(found.marker)) == (True, "./x", ("a",), 'python_version < "3"')
    assert found.text == "--editable=./x[a] ; python_version < '3'"


def test_the_name_in_a_comment_of_pip_freeze_is_taken(make_document: MakeDocument) -> None:
    text = (
        "a==1\n# Editable install with no version control (Demo==1.2)\n-e /src/demo\n"
        "# Editable Git install with no remote (other===x)\n-e /src/other\n-e /src/nameless\n"
    )
    found = _dependencies(parse_requirements(make_document(text)))
    assert [(d.name, d.url, str(d.pin)) for d in found[1:]] == [
        ("demo", "/src/demo", "1.2"),
        ("other", "/src/other", "None"),
        (None, "/src/nameless", "None"),
    ]


def test_variables_come_from_the_given_environment_only(make_document: MakeDocument) -> None:
    text = "-i https://${TOKEN}@example.org/simple\na @ https://example.org/${TOKEN}/a.zip\n${UNSET}\n${lower}\n"
    parsed = parse_requirements(make_document(text, environ={"TOKEN": "secret", "lower": "no", "UNSET": ""}))
    (found,) = _dependencies(parsed)
    assert parsed.index.index is not None
    assert parsed.index.index.username == "secret"
    assert found.url == "https://example.org/secret/a.zip"
    assert found.text == "a @ https://example.org/${TOKEN}/a.zip"
    assert [line for line, _ in _messages(parsed)] == [3, 4]


@pytest.mark.parametrize(
    "line",
    [
        "a @ https://elsewhere.example.net/${TOKEN}/a.zip",
        "a @ https://${TOKEN}@elsewhere.example.net/a.zip",
        "a @ https://${HOST}/a.zip",
        "a @ https://example.org${HOST}/a.zip",
        "${TOKEN}==1",
        "a==${TOKEN}",
        "a==${SECRET_VERSION}",
    ],
)
def test_variables_go_nowhere_but_to_hosts_that_the_user_names(line: str, make_document: MakeDocument) -> None:
    environ = {"TOKEN": "s3cret", "HOST": "elsewhere.example.net", "SECRET_VERSION": "1.2"}
    parsed = parse_requirements(make_document(line + "\n", environ=environ))
    assert _dependencies(parsed) == []
    assert [number for number, _ in _messages(parsed)] == [1]


def test_a_variable_may_be_a_version_anywhere(make_document: MakeDocument) -> None:
    (found,) = _dependencies(parse_requirements(make_document("a==${A_VERSION}\n", environ={"A_VERSION": "1.2"})))
    assert str(found.specifier) == "==1.2"


def test_an_index_with_a_variable_is_withheld_unless_the_user_names_its_host(make_document: MakeDocument) -> None:
    text = "--extra-index-url https://${TOKEN}@elsewhere.example.net/simple\n"
    parsed = parse_requirements(make_document(text, environ={"TOKEN": "s3cret"}))
    (location,) = parsed.index.extra
    assert location.withheld is not None
    assert "--extra-index-url" in location.withheld
    assert "s3cret" not in repr(parsed)


def test_what_newer_pip_refuses_in_an_egg_is_kept_with_a_note(make_document: MakeDocument) -> None:
    parsed = parse_requirements(make_document("-e git+https://example.org/x#egg=x[a]\n"))
    assert [d.name for d in _dependencies(parsed)] == ["x"]
    assert parsed.notes == ("requirements.txt:1: newer releases of pip reject more than a name in `#egg=x[a]`",)


def test_building_from_source_on_demand_is_noted(make_document: MakeDocument) -> None:
    assert parse_requirements(make_document("--no-binary :all:\n")).notes == (
        "requirements.txt:1: --no-binary has no effect: Workers install only wheels",
    )


def test_a_hundred_thousand_lines_are_read(make_document: MakeDocument) -> None:
    parsed = parse_requirements(make_document("".join(f"package-{n}==1.{n}\n" for n in range(100_000))))
    assert len(parsed.entries) == 100_000
    assert parsed.entries[-1].location.line == 100_000


@pytest.mark.parametrize(
    "line",
    [
        "a" * 10_000_000,
        "a " * 5_000_000,
        "-r x " * 2_000_000,
        "a==1 " + "--hash=sha256:ab " * 600_000,
        "\\\n" * 1_000_000,
        " " * 10_000_000 + "#",
        "https://x/" + "-" * 10_000_000 + ".whl",
        "'" * 10_000_000,
        "a;" + "(" * 10_000_000,
        "${A" * 3_000_000,
    ],
    ids=lambda line: line[:12],
)
def test_ten_megabytes_on_one_line_end(make_document: MakeDocument, line: str) -> None:
    parsed = parse_requirements(make_document(f"{line}\ngood==1\n"))
    assert _dependencies(parsed)[-1].name == "good"
