"""Settings by precedence, and their errors."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scanner.inputs.settings import Settings, load_project_settings, load_settings
from scanner.model.errors import SettingsError
from scanner.model.report import FailOn, TableMode


def _write(folder: Path, text: str, name: str = "compat-scan.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    settings = load_settings({}, {}, tmp_path)
    assert (settings.table, settings.fail_on, settings.no_deps) == (TableMode.ENFORCE, FailOn.UNKNOWN, False)
    assert settings.origins == {}


def test_the_command_line_wins_over_variables_and_these_over_the_file(tmp_path: Path) -> None:
    _write(tmp_path, 'table = "advise"\nfail-on = "never"\ncompatibility-date = 2026-01-01\n')
    environ = {"COMPAT_SCAN_FAIL_ON": "container", "COMPAT_SCAN_COMPATIBILITY_DATE": "2026-02-02"}
    settings = load_settings({"compatibility_date": "2026-03-03"}, environ, tmp_path)
    assert settings.table is TableMode.ADVISE
    assert settings.fail_on is FailOn.CONTAINER
    assert settings.compatibility_date == date(2026, 3, 3)
    assert settings.origins["compatibility-date"] == "command line"
    assert settings.origins["fail-on"] == "COMPAT_SCAN_FAIL_ON"
    assert settings.origins["table"].endswith("compat-scan.toml")


def test_the_table_in_pyproject_is_found_upwards(tmp_path: Path) -> None:
    _write(tmp_path, '[tool.compat-scan]\ngroup = ["web"]\n', "pyproject.toml")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    _write(inner, "[project]\nname = 'x'\n", "pyproject.toml")
    assert load_settings({}, {}, inner).group == ("web",)


@pytest.mark.parametrize(("text", "value"), [("1", True), ("true", True), ("no", False), ("", False)])
def test_truth_in_variables_is_written_in_words(tmp_path: Path, text: str, *, value: bool) -> None:
    assert load_settings({}, {"COMPAT_SCAN_OFFLINE": text}, tmp_path).offline is value


def test_lists_in_variables_are_parted_by_commas_or_spaces(tmp_path: Path) -> None:
    assert load_settings({}, {"COMPAT_SCAN_EXTRA": "a, b c"}, tmp_path).extra == ("a", "b", "c")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('tabel = "advise"', "did you mean `table`"),
        ('table = "perhaps"', "enforce, advise"),
        ("no-deps = 1", "must be true or false"),
        ('group = "web"', "must be a list"),
        ('compatibility-date = "soon"', "not a date"),
        ("[[ignore]]\npackage = 'a'", "rules"),
        ("[[ignore]]\npackage = 'a'\nrules = ['CS101']\nreason = 'r'\nwhen = 1", "unknown key"),
        ("[[table]]\nname = 'a'\nverdict = 'maybe'\nreason = 'r'", "neither container nor workers"),
        ("= 1", "does not parse"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_file(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason) as caught:
        load_settings({}, {}, _write(tmp_path, text))
    assert caught.value.path is not None
    assert caught.value.path.endswith("compat-scan.toml")


def test_an_unknown_variable_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="COMPAT_SCAN_TABEL"):
        load_settings({}, {"COMPAT_SCAN_TABEL": "advise"}, tmp_path)


def test_ignores_and_rows_are_read(tmp_path: Path) -> None:
    text = (
        "[[ignore]]\npackage = 'numpy'\nrules = ['CS201']\nreason = 'measured'\nuntil = 2027-01-01\n"
        "[[table]]\nname = 'inhouse'\nverdict = 'container'\nreason = 'talks to a device'\nalternative = 'a queue'\n"
    )
    settings = load_settings({}, {}, _write(tmp_path, text))
    assert settings.ignore[0].until == date(2027, 1, 1)
    assert settings.table_rows[0].alternative == "a queue"


def test_each_project_reads_its_own_configuration_below_what_is_fixed(tmp_path: Path) -> None:
    _write(tmp_path, 'table = "advise"\nfail-on = "never"\n')
    inner = tmp_path / "inner"
    inner.mkdir()
    _write(inner, 'table = "enforce"\n')
    settings = load_settings({"fail_on": "container"}, {"COMPAT_SCAN_DEV": "1"}, tmp_path)
    own = load_project_settings(settings, inner)
    assert (own.table, own.fail_on, own.dev) == (TableMode.ENFORCE, FailOn.CONTAINER, True)
    assert load_project_settings(Settings(dev=True), inner) == Settings(dev=True)


def test_patterns_keep_the_folder_that_they_are_relative_to(tmp_path: Path) -> None:
    _write(tmp_path, 'exclude = ["old/"]\n')
    (pattern,) = load_settings({}, {}, tmp_path).exclude
    assert (str(pattern), pattern.folder) == ("old/", str(tmp_path))
    assert [each.folder for each in load_settings({"exclude": ("a", "b")}, {}, tmp_path).exclude] == [".", "."]


@pytest.mark.parametrize("text", ['"2026-12-01"', "2026-12-01", "2026-12-01T08:00:00Z", '"7 days"', '"P2W"'])
def test_moments_are_taken_in_every_form(tmp_path: Path, text: str) -> None:
    _write(tmp_path, f"exclude-newer = {text}\n")
    assert load_settings({}, {}, tmp_path).exclude_newer


def test_another_text_is_no_moment(tmp_path: Path) -> None:
    _write(tmp_path, 'exclude-newer = "soon"\n')
    with pytest.raises(SettingsError, match="must be a date"):
        load_settings({}, {}, tmp_path)


def test_no_configuration_file_sets_the_cache_or_lifts_the_distrust(tmp_path: Path) -> None:
    (tmp_path / "compat-scan.toml").write_text('cache-dir = "kept"\nuntrusted = false\n', encoding="utf-8")
    settings = load_settings({"untrusted": True}, {}, tmp_path)
    assert (settings.cache_dir, settings.untrusted) == (None, True)
    assert [note.rpartition(": ")[0].rpartition(": ")[2] for note in settings.notes] == [
        "cache-dir is not used",
        "untrusted is not used",
    ]
    assert load_settings({"cache_dir": "own"}, {}, tmp_path).cache_dir == "own"


def test_with_distrust_only_what_is_installed_and_where_is_taken_from_a_file(tmp_path: Path) -> None:
    text = 'fail-on = "never"\nbaseline = "b"\nindex-url = 3\ngroup = ["dev"]\n[[ignore]]\npackage = "a"\n'
    (tmp_path / "compat-scan.toml").write_text(text, encoding="utf-8")
    settings = load_settings({"baseline": "own"}, {"COMPAT_SCAN_UNTRUSTED": "1"}, tmp_path)
    assert (settings.fail_on, settings.baseline, settings.index_url) == (FailOn.UNKNOWN, "own", None)
    assert (settings.group, settings.ignore) == (("dev",), ())
    named = [note.partition("toml: ")[2].partition(" ")[0] for note in settings.notes]
    assert named == ["fail-on", "baseline", "index-url", "ignore"]
