"""One requirement in any of pip's forms."""

from __future__ import annotations

import pytest

from scanner.inputs.formats.requirements.requirement import parse_pip_requirement
from scanner.model.dependency import Location
from scanner.model.errors import SourceError

HERE = Location(path="requirements.txt", line=1)
GIT = "git+https://example.org/x/y.git@main"


@pytest.mark.parametrize(
    ("text", "name", "extras", "specifier", "url"),
    [
        ("demo", "demo", (), "", None),
        ("Demo[B,a] ~= 1.0", "demo", ("a", "b"), "~=1.0", None),
        ("demo;", "demo", (), "", None),
        (f"demo @ {GIT}", "demo", (), "", GIT),
        (f"demo[a]@{GIT}", "demo", ("a",), "", GIT),
        (GIT, None, (), "", GIT),
        (f"{GIT}#egg=Demo_X", "demo-x", (), "", f"{GIT}#egg=Demo_X"),
        (f"{GIT}#egg=demo&subdirectory=a", "demo", (), "", f"{GIT}#egg=demo&subdirectory=a"),
        (f"{GIT}#subdirectory=a&egg=demo", "demo", (), "", f"{GIT}#subdirectory=a&egg=demo"),
        (f"{GIT}#egg=demo[b,a]==1.0", "demo", ("a", "b"), "==1.0", f"{GIT}#egg=demo[b,a]==1.0"),
        (f"{GIT}#egg=", None, (), "", f"{GIT}#egg="),
        ("https://x.org/Demo-1.0-py3-none-any.whl", "demo", (), "==1.0", "https://x.org/Demo-1.0-py3-none-any.whl"),
        ("https://x.org/demo-1.0.tar.gz", "demo", (), "", "https://x.org/demo-1.0.tar.gz"),
        ("https://x.org/archive/v1.zip", None, (), "", "https://x.org/archive/v1.zip"),
        ("./wheels/demo-1.0-py3-none-any.whl", "demo", (), "==1.0", "./wheels/demo-1.0-py3-none-any.whl"),
        ("demo-1.0-py3-none-any.whl", "demo", (), "==1.0", "demo-1.0-py3-none-any.whl"),
        ("demo-1.0.tar.gz[a]", "demo", ("a",), "", "demo-1.0.tar.gz"),
        (".", None, (), "", "."),
        (".[PDF, b]", None, ("b", "pdf"), "", "."),
        ("../other", None, (), "", "../other"),
        ("path/to/project", None, (), "", "path/to/project"),
        ("C:\\src\\demo", None, (), "", "C:\\src\\demo"),
        ("file:///src/demo", None, (), "", "file:///src/demo"),
    ],
)
def test_each_form_is_read(
    text: str, name: str | None, extras: tuple[str, ...], specifier: str, url: str | None
) -> None:
    dependency = parse_pip_requirement(text, HERE)
    assert dependency.name == name
    assert dependency.extras == extras
    assert str(dependency.specifier) == specifier
    assert dependency.url == url
    assert not dependency.editable


@pytest.mark.parametrize(
    "text",
    [
        'demo>=1;python_version<"3.9"',
        'https://x.org/demo-1.0-py3-none-any.whl ; python_version<"3.9"',
        'https://x.org/demo-1.0-py3-none-any.whl; python_version<"3.9"',
        './demo-1.0-py3-none-any.whl;python_version<"3.9"',
        f'demo @ {GIT} ; python_version<"3.9"',
    ],
)
def test_a_marker_is_read_behind_each_form(text: str) -> None:
    dependency = parse_pip_requirement(text, HERE)
    assert str(dependency.marker) == 'python_version < "3.9"'
    assert ";" not in (dependency.url or "")
    assert dependency.name == "demo"


def test_a_semicolon_inside_a_url_begins_no_marker() -> None:
    dependency = parse_pip_requirement("https://x.org/a;b/demo-1.0-py3-none-any.whl", HERE)
    assert dependency.url == "https://x.org/a;b/demo-1.0-py3-none-any.whl"
    assert dependency.marker is None


@pytest.mark.parametrize(
    ("text", "name", "extras", "url"),
    [
        (".", None, (), "."),
        (".[socks]", None, ("socks",), "."),
        ("demo", None, (), "demo"),
        (f"{GIT}#egg=demo", "demo", (), f"{GIT}#egg=demo"),
        ("git://example.org/x.git#egg=demo", "demo", (), "git://example.org/x.git#egg=demo"),
        (f"demo[a] @ {GIT}", "demo", ("a",), GIT),
        ("file:///x#egg=demo", "demo", (), "file:///x#egg=demo"),
    ],
)
def test_what_follows_an_editable_option_is_a_url_or_a_path(
    text: str, name: str | None, extras: tuple[str, ...], url: str
) -> None:
    dependency = parse_pip_requirement(text, HERE, editable=True)
    assert (dependency.name, dependency.extras, dependency.url) == (name, extras, url)
    assert dependency.editable


@pytest.mark.parametrize(
    "text",
    [
        "asdf 1.0",
        "foo|bar=='1.2.4'",
        "{% if a/b %}",
        "novcs+http://example.org#egg=a",
        "https://x.org/demo with spaces.whl",
        f"{GIT}#egg=two words",
        f"{GIT}#egg=%7B",
        "./x ; nonsense",
        "<<<<<<< HEAD",
        "https://x.org/" + "a" * 30_000,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(SourceError):
        parse_pip_requirement(text, HERE)
