"""`compat-scan explain`: the answer, what to do, and the evidence within one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

LINUX = "cp314-cp314-manylinux_2_28_x86_64"
WASM = "cp314-cp314-pyemscripten_2026_0_wasm32"


def test_remedies_stand_below_the_outcome_and_before_the_steps(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", "1.0", tag=LINUX))
    index.add(make_wheel("alpha", "1.1", tag=WASM))
    index.add(make_wheel("top", requires=["alpha==1.0"]))
    lines = run("explain", "alpha==1.0").stdout.splitlines()
    assert lines[0].startswith("Needs a container.")
    assert lines[1] == "  remedy   pin alpha==1.1, which has a compatible wheel on the index"
    assert lines[2].startswith("1. the incompatible-library table: ")
    assert any("why      alpha 1.0 has wheels for Linux" in line for line in lines)
    below = run("explain", "top").stdout.splitlines()
    assert any(line.startswith("  remedy   alpha: ") for line in below[1:4]), below


def test_a_long_explanation_takes_40_lines_unless_all_of_it_is_wanted(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    names = [f"part{number}" for number in range(30)]
    for name in names:
        index.add(make_wheel(name, tag=LINUX))
    index.add(make_wheel("top", requires=names))
    index.add(make_wheel("pure"))
    cut = run("explain", "top").stdout.splitlines()
    whole = run("explain", "top", "-v").stdout.splitlines()
    assert len(cut) == 40 < len(whole)
    assert cut[:39] == whole[:39]
    assert cut[39] == f"… {len(whole) - 39} more lines: -v shows them."
    short = run("explain", "pure").stdout
    assert short == run("explain", "pure", "-v").stdout
    assert "more lines" not in short
    assert len(run("explain", "top", "-q").stdout.splitlines()) == 1
