from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from scanner.model.dependency import Location
from scanner.model.report import Judgement, Report
from scanner.report.context import ReportContext
from scanner.report.places import Places, describe_place, path_uri, relative_path


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("requirements.txt", "requirements.txt"),
        ("./a/./requirements.txt", "a/requirements.txt"),
        ("a/../requirements.txt", "requirements.txt"),
        ("/work/project/requirements.txt", "/work/project/requirements.txt"),
        ("-", "<stdin>"),
        ("https://u:p@index.example.org/../r.txt", "https://****@index.example.org/../r.txt"),
    ],
)
def test_without_a_root_a_path_is_only_tidied(context: ReportContext, path: str, told: str) -> None:
    assert relative_path(path, context) == told


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("requirements.txt", "services/mail/requirements.txt"),
        ("../requirements.txt", "services/requirements.txt"),
        ("/work/project/requirements.txt", "requirements.txt"),
        ("/etc/requirements.txt", "/etc/requirements.txt"),
        ("../../../elsewhere.txt", "../../../elsewhere.txt"),
    ],
)
def test_with_a_root_a_path_is_told_from_there(context: ReportContext, path: str, told: str) -> None:
    rooted = replace(
        context, working_folder=PurePosixPath("/work/project/services/mail"), root=PurePosixPath("/work/project")
    )
    assert relative_path(path, rooted) == told


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("requirements.txt", "requirements.txt"),
        ("a b/r#1?.txt", "a%20b/r%231%3F.txt"),
        ("C:x", "C%3Ax"),
        ("/etc/r.txt", "file:///etc/r.txt"),
        ("<stdin>", "stdin"),
        ("r\udc80\n.txt", "r%ED%B2%80%0A.txt"),
    ],
)
def test_a_path_becomes_a_uri_reference(path: str, uri: str) -> None:
    assert path_uri(path) == uri


def test_what_comes_along_stands_at_the_dependency_that_brings_it(
    make_judgement: Callable[..., Judgement], make_report: Callable[..., Report], context: ReportContext
) -> None:
    openai = make_judgement("openai", location=Location(path="./r.txt", line=7))
    jiter = make_judgement("jiter", direct=False, location=None, via=(("openai", "jiter"),))
    places = Places(make_report(openai, jiter).projects[0], context)
    assert places.of(jiter) == Location(path="r.txt", line=7)


def test_what_no_file_leads_to_has_no_place(
    make_judgement: Callable[..., Judgement], make_report: Callable[..., Report], context: ReportContext
) -> None:
    stray = make_judgement("stray", direct=False, location=None, via=(("gone", "stray"),))
    places = Places(make_report(stray, files=()).projects[0], context)
    assert places.of(stray) is None
    assert places.fallback == Location(path="<stdin>", line=1)


def test_a_place_for_people_is_path_and_line() -> None:
    assert describe_place(Location(path="a\nb.txt", line=3, column=9)) == "a\\nb.txt:3"
    assert describe_place(None) == ""
