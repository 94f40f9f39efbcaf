"""The prediction held against what a probe saw; the probe here is told what it sees."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scanner import pipeline
from scanner.index import IndexChoice, open_supply
from scanner.inputs.settings import Settings
from scanner.inspect.pyodide import verify_report
from scanner.inspect.pyodide.outcome import Comparison, Happened, ModuleOutcome, Verification, VerifyReport
from scanner.model.index_settings import IndexSettings
from scanner.model.target import Target

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeSdist, MakeWheel

LINUX = "cp314-cp314-manylinux_2_28_x86_64"


@dataclass
class ToldProbe:
    """A probe that answers what the test says; every module that is not named imports."""

    failing: dict[str, ModuleOutcome] = field(default_factory=dict)
    host_failure: str | None = "no such host"
    seen: list[str] = field(default_factory=list)
    """The files of the site, as the probe found them."""
    asked: list[str] = field(default_factory=list)

    def import_modules(
        self, site: Path, modules: Sequence[str], host_packages: Sequence[str]
    ) -> tuple[ModuleOutcome, ...]:
        self.seen = sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
        self.asked += [*modules, *(f"host:{name}" for name in host_packages)]
        return tuple(self.failing.get(module, ModuleOutcome(module=module, ok=True)) for module in modules)

    def find_host_failure(self, site: Path, names: Sequence[str]) -> str | None:  # noqa: ARG002
        return self.host_failure


Verify = Callable[..., VerifyReport]


@pytest.fixture
def verify(index: FakeIndex, tmp_path: Path) -> Verify:
    """Scans a requirements text against the index on the loopback and verifies the report."""

    def run(text: str, probe: ToldProbe, *, direct_only: bool = False) -> VerifyReport:
        environ = {"UV_DEFAULT_INDEX": index.url, "PIP_CONFIG_FILE": os.devnull}
        with ExitStack() as stack:
            opened = []

            def open_kept(
                target: Target, _options: IndexSettings, _folder: Path
            ) -> AbstractContextManager[pipeline.Source]:
                choice = IndexChoice()
                supply = open_supply(target, choice, environ=environ, home=tmp_path, directory=tmp_path)
                opened.append(stack.enter_context(supply))
                return nullcontext(opened[0])

            around = pipeline.Surroundings(environ=environ, read_stdin=text.encode, open_supply=open_kept)
            report = pipeline.scan_one(("-",), Settings(), around)
            return verify_report(report, opened[0], probe, direct_only=direct_only)

    return run


def _failing(module: str, error: str = "OSError", missing: str | None = None) -> dict[str, ModuleOutcome]:
    outcome = ModuleOutcome(module=module, ok=False, error=error, message="no", missing=missing, trace=("a.py:3",))
    return {module: outcome}


def _only(report: VerifyReport, name: str) -> Verification:
    return next(one for one in report.verifications if one.name == name)


def test_a_package_that_imports_as_predicted_agrees(verify: Verify, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", "1.0", files={"alpha/__init__.py": ""}))
    told = _only(verify("alpha\n", ToldProbe()), "alpha")
    assert (told.happened, told.comparison) == (Happened.IMPORTED, Comparison.AGREES)
    assert [outcome.module for outcome in told.modules] == ["alpha"]


def test_a_package_that_fails_against_the_prediction_disagrees_and_says_where(
    verify: Verify, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", "1.0", files={"alpha/__init__.py": ""}))
    told = _only(verify("alpha\n", ToldProbe(failing=_failing("alpha"))), "alpha")
    assert (told.happened, told.comparison) == (Happened.FAILED, Comparison.DISAGREES)
    assert told.reason == "OSError: no at a.py:3"


def test_a_package_that_was_told_to_fail_and_fails_agrees(
    verify: Verify, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", "1.0", files={"alpha/__init__.py": "import grp\n"}))
    assert _only(verify("alpha\n", ToldProbe(failing=_failing("alpha"))), "alpha").comparison is Comparison.AGREES
    assert _only(verify("alpha\n", ToldProbe()), "alpha").comparison is Comparison.DISAGREES


def test_a_package_without_a_file_for_the_target_is_not_installable_and_agrees(
    verify: Verify, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", "1.0", tag=LINUX))
    probe = ToldProbe()
    told = _only(verify("alpha\n", probe), "alpha")
    assert (told.happened, told.comparison) == (Happened.NOT_INSTALLABLE, Comparison.AGREES)
    assert probe.asked == []


def test_what_hangs_on_a_failing_dependency_is_proven_there(
    verify: Verify, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", "1.0", files={"alpha/__init__.py": ""}, requires=["beta"]))
    index.add(make_wheel("beta", "1.0", files={"beta/__init__.py": "import grp\n"}))
    report = verify("alpha\n", ToldProbe(failing=_failing("beta")))
    assert report.count(Comparison.AGREES) == 2
    assert _only(report, "alpha").happened is Happened.IMPORTED


def test_a_pure_source_distribution_must_be_built_first(
    verify: Verify, index: FakeIndex, make_sdist: MakeSdist
) -> None:
    project = '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n'
    index.add(make_sdist("alpha", "1.0", files={"pyproject.toml": project, "alpha.py": ""}))
    told = _only(verify("alpha\n", ToldProbe()), "alpha")
    assert (told.happened, told.comparison) == (Happened.NOT_VERIFIABLE, Comparison.OPEN)
    assert "must be built" in told.reason


def test_a_build_of_an_unreachable_host_is_not_verifiable_and_neither_is_what_imports_it(
    verify: Verify, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add_names("markupsafe")
    index.add(make_wheel("alpha", "1.0", files={"alpha/__init__.py": ""}, requires=["markupsafe"]))
    failing = _failing("alpha", "ModuleNotFoundError", "markupsafe")
    report = verify("alpha\n", ToldProbe(failing=failing))
    assert "only the Pyodide host has its build" in _only(report, "markupsafe").reason
    assert "needs markupsafe" in _only(report, "alpha").reason
    assert report.count(Comparison.OPEN) == 2
    assert report.notes


def test_a_host_that_can_be_reached_gives_its_builds(verify: Verify, index: FakeIndex) -> None:
    index.add_names("markupsafe")
    probe = ToldProbe(host_failure=None)
    assert _only(verify("markupsafe\n", probe), "markupsafe").comparison is Comparison.AGREES
    assert probe.asked == ["markupsafe", "host:markupsafe"]


def test_what_the_table_decides_is_left_open_where_it_imports(
    verify: Verify, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("selenium", "1.0", files={"selenium/__init__.py": ""}))
    told = _only(verify("selenium\n", ToldProbe()), "selenium")
    assert (told.happened, told.comparison) == (Happened.IMPORTED, Comparison.OPEN)


def test_a_broken_wheel_is_told_with_its_reason(verify: Verify, index: FakeIndex, make_wheel: MakeWheel) -> None:
    wheel = make_wheel("alpha", "1.0", files={"alpha/__init__.py": ""})
    index.add(wheel)
    index.serve(f"/files/alpha/{wheel.filename}", wheel.data[:-40])
    told = _only(verify("alpha\n", ToldProbe()), "alpha")
    assert told.comparison is Comparison.OPEN
    assert "sha256" in told.reason


def test_wheels_are_laid_out_as_in_site_packages_and_nothing_else_of_them(
    verify: Verify, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    files = {
        "alpha/__init__.py": "",
        "alpha-1.0.data/purelib/beside.py": "",
        "alpha-1.0.data/scripts/tool": "#!python\n",
        "alpha-1.0.data/data/etc/alpha.conf": "",
    }
    index.add(make_wheel("alpha", "1.0", files=files))
    probe = ToldProbe()
    verify("alpha\n", probe)
    assert [path for path in probe.seen if "dist-info" not in path] == ["alpha/__init__.py", "beside.py"]


def test_wheels_whose_paths_clash_are_told_instead_of_mixed(
    verify: Verify, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", "1.0", files={"shared/x.py": "", "alpha.py": ""}))
    index.add(make_wheel("beta", "1.0", files={"shared": "a file", "beta.py": ""}))
    report = verify("alpha\nbeta\n", ToldProbe())
    assert "cannot be unpacked" in _only(report, "beta").reason
    assert _only(report, "alpha").comparison is Comparison.AGREES


def test_an_import_that_is_not_done_in_time_proves_nothing(
    verify: Verify, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", "1.0", files={"alpha/__init__.py": ""}))
    told = _only(verify("alpha\n", ToldProbe(failing=_failing("alpha", "timeout"))), "alpha")
    assert (told.happened, told.comparison) == (Happened.NOT_VERIFIABLE, Comparison.OPEN)


def test_on_request_only_what_the_files_name_is_imported(
    verify: Verify, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", "1.0", files={"alpha/__init__.py": ""}, requires=["beta"]))
    index.add(make_wheel("beta", "1.0", files={"beta/__init__.py": ""}))
    probe = ToldProbe()
    verify("alpha\n", probe, direct_only=True)
    assert probe.asked == ["alpha"]
    assert "beta/__init__.py" in probe.seen


def test_the_unpacked_tree_is_gone_afterwards(verify: Verify, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", "1.0", files={"alpha/__init__.py": ""}))
    sites: list[Path] = []

    class Watching(ToldProbe):
        def import_modules(
            self, site: Path, modules: Sequence[str], host_packages: Sequence[str]
        ) -> tuple[ModuleOutcome, ...]:
            sites.append(site)
            return super().import_modules(site, modules, host_packages)

    verify("alpha\n", Watching())
    assert len(sites) == 1
    assert not sites[0].parent.exists()
