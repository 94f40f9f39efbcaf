"""What a check looks at: one chosen release with everything that is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from scanner.inspect.import_report import ImportReport
from scanner.model.artifact import Artifact
from scanner.model.contents import SdistContents, WheelContents
from scanner.model.dependency import Dependency
from scanner.model.errors import IndexFailure, ScanError
from scanner.model.report import TableMode
from scanner.model.target import Target
from scanner.runtime.candidates import Candidate, Candidates, PassedOver
from scanner.runtime.tables import IncompatibleRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """One dependency, the version that was chosen for it, and what stands around the choice."""

    dependency: Dependency
    target: Target
    table: TableMode
    row: IncompatibleRow | None = None
    """The row of the incompatible-library table that names it."""
    candidates: Candidates | None = None
    """All versions; None where the index was not or could not be asked."""
    satisfying: tuple[Version, ...] = ()
    """The versions that every requirement on it admits, newest first."""
    chosen: Candidate | None = None
    failure: IndexFailure | None = None
    """Why the index could not be asked; never an absence."""
    is_own_choice: bool = False
    """Whether the project prefers this version or older versions, so that the target did not decide."""
    passed_over: PassedOver | None = None
    """The newer version that something it requires kept from being taken."""
    contradicting: tuple[str, ...] = ()
    """The two requirements that no version satisfies together, each with who asks for it."""
    requires_unknown: str | None = None
    """Why what it requires could not be told."""
    requires_unusable: bool = False
    """Whether that is because its metadata is broken, not because only a build would tell."""
    others_ask: SpecifierSet = field(default_factory=SpecifierSet)
    """What all others together ask of the same project."""
    required_by: str | None = None
    """For a package that another one asks for: who does."""
    contents: WheelContents | None = None
    """What is inside the wheel; None where it was not opened."""
    imports: ImportReport | None = None
    """What following its imports gave; None where its code was not at hand."""
    sdist: SdistContents | None = None
    """What is inside the source distribution of a release without a wheel; None where it was not opened."""
    inspect_failure: ScanError | None = None
    """Why the file could not be opened."""

    @property
    def title(self) -> str:
        """The name for people, with the chosen version where there is one."""
        name = self.dependency.name or self.dependency.text
        return f"{name} {self.chosen.version}" if self.chosen else name

    @property
    def wheel(self) -> Artifact | None:
        """The wheel that the target would install."""
        return self.chosen.wheel if self.chosen else None
