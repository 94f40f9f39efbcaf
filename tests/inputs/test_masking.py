"""Values of environment variables that files stand for: never shown, in no report."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import Result

from scanner.cli.options import FORMATS
from scanner.inputs.masking import NotedVariables
from scanner.model.errors import ScanError, SettingsError, SourceError

Run = Callable[..., Result]

TOKEN = "s3cr3t-f33d-t0k3n"
PASSWORD = "hunter2hunter2"
AUTHORITY = f"build:{PASSWORD}@127.0.0.1:9"
REQUIREMENTS = f"""\
--index-url http://127.0.0.1:9/${{FEED_TOKEN}}/simple
--extra-index-url http://{AUTHORITY}/simple
--find-links http://{AUTHORITY}/links
alpha
beta @ http://127.0.0.1:9/${{FEED_TOKEN}}/beta-1.0.tar.gz
gamma @ http://127.0.0.1:9/${{FEED_TOKEN}}/gamma-1.0-py3-none-any.whl
http://{AUTHORITY}/delta-1.0.zip
http://127.0.0.1:9/${{FEED_TOKEN}}/nameless
git+https://${{FEED_TOKEN}}@127.0.0.1:9/epsilon.git#egg=epsilon
-e git+https://x-access:${{FEED_TOKEN}}@127.0.0.1:9/zeta.git
eta @ http://127.0.0.1:9/${{FEED_TOKEN}} and more words
theta @ http://127.0.0.1:9/${{FEED_TOKEN}} ; sys_platform == "win32"
iota {"very " * 19}https://build:{PASSWORD}@127.0.0.1:9/long
kappa --nonsense=http://{AUTHORITY}/${{FEED_TOKEN}}
-r ${{FEED_TOKEN}}/missing.txt
-r http://{AUTHORITY}/remote.txt
--unknown ${{FEED_TOKEN}}
lambda ${{FEED_TOKEN}}
"""


@pytest.mark.parametrize(
    "words",
    [
        *(("requirements.txt", "--format", form, "-vv") for form in FORMATS),
        ("list", "requirements.txt"),
        ("list", "requirements.txt", "--format", "json"),
        ("tree", "requirements.txt"),
        ("tree", "requirements.txt", "--format", "json"),
    ],
    ids=" ".join,
)
def test_no_output_shows_a_token_of_the_environment_or_a_password(run: Run, words: tuple[str, ...]) -> None:
    result = run(*words, files={"requirements.txt": REQUIREMENTS}, env={"FEED_TOKEN": TOKEN})
    assert result.exit_code == 3
    assert "alpha" in result.stdout
    assert TOKEN not in result.output
    assert PASSWORD[:8] not in result.output


def test_the_variable_is_shown_as_it_stands_in_the_file(run: Run) -> None:
    text = "beta @ http://127.0.0.1:9/${FEED_TOKEN}/beta-1.0.tar.gz\n"
    result = run("list", "-", "--format", "json", stdin=text, env={"FEED_TOKEN": TOKEN})
    assert "http://127.0.0.1:9/${FEED_TOKEN}/beta-1.0.tar.gz" in result.stdout


@pytest.mark.parametrize(
    ("name", "value", "text", "hidden"),
    [
        ("FEED_TOKEN", "abc", "https://x/abc and abc", "https://x/${FEED_TOKEN} and ${FEED_TOKEN}"),
        ("HOST", "example.org", "at https://example.org/x", "at https://${HOST}/x"),
        ("BRANCH", "main", "in the main thread of git+x@main", "in the main thread of git+x@${BRANCH}"),
        ("VERSION", "2.31.0", "requests==2.31.0", "requests==2.31.0"),
        ("API_KEY", "123456", "https://x/123456", "https://x/${API_KEY}"),
        ("VERSION", "v2.0rc1+cpu", "https://x/v2.0rc1+cpu", "https://x/v2.0rc1+cpu"),
        ("FEED", "0123456789abcdef", "it says 0123456789abcdef", "it says ${FEED}"),
        ("FEED", "glpat-0123456789", "it says glpat-0123456789", "it says ${FEED}"),
    ],
)
def test_a_value_is_replaced_where_it_can_be_a_secret(name: str, value: str, text: str, hidden: str) -> None:
    variables = NotedVariables({name: value, "OTHER": "https"}, lambda: {"example.org"})
    assert variables.expand(f"https://example.org/${{{name}}}") == f"https://example.org/{value}"
    assert variables.hide(text) == hidden


def test_what_no_file_stands_for_is_left_alone() -> None:
    variables = NotedVariables({"USER_TOKEN": "root"})
    assert variables.expand("${USER_TOKEN} ${ABSENT}") == "${USER_TOKEN} ${ABSENT}"
    assert variables.hide("root") == "root"
    assert not variables.are_read


@pytest.mark.parametrize(
    "error", [SourceError("deps.txt", 3, "no abc here"), SettingsError(None, "index-url", "no abc here")], ids=str
)
def test_errors_are_raised_without_the_values(error: ScanError) -> None:
    variables = NotedVariables({"TOKEN": "abc"}, lambda: {"example.org"})
    assert variables.expand("https://example.org/${TOKEN}") == "https://example.org/abc"
    with pytest.raises(type(error), match=r"no \$\{TOKEN\} here"), variables.errors_hidden():
        raise error
