"""The incompatible-library table in force: the shipped one with the user's own rows on top."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from packaging.utils import NormalizedName, canonicalize_name

from scanner.inputs.setting_values import UserRow
from scanner.runtime import tables
from scanner.runtime.tables import Effect, IncompatibleRow, Provenance

Listed = Mapping[NormalizedName, IncompatibleRow]


def listed_rows(user_rows: Iterable[UserRow] = ()) -> Listed:
    """The row that names each listed project; a user's row wins, and one with the verdict «workers» unlists."""
    rows = dict(tables.load_incompatible().by_name)
    for user_row in user_rows:
        name = canonicalize_name(user_row.name)
        if user_row.verdict == "workers":
            rows.pop(name, None)
        else:
            rows[name] = _to_row(user_row, name)
    return rows


def _to_row(user_row: UserRow, name: NormalizedName) -> IncompatibleRow:
    return IncompatibleRow(
        name=user_row.name,
        names=(name,),
        category="listed by this project",
        reason=user_row.reason,
        effect=Effect.CONTAINER,
        use=user_row.alternative or "a container",
        alternative=None,
        build_lifts=False,
        certainty="verified",
        founding=False,
        provenance=Provenance(source="this project's own table", date=date.min),
    )
