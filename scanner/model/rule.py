"""The rules by their stable codes."""

from __future__ import annotations

import enum


class Level(enum.StrEnum):
    """The effect of a finding on a verdict: a blocker decides it, a caution limits it, a note only informs."""

    BLOCKER = "blocker"
    CAUTION = "caution"
    NOTE = "note"


class SarifLevel(enum.StrEnum):
    """The level of a rule in SARIF."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


_B, _C, _N = Level
_ERROR, _WARNING, _NOTE = SarifLevel
_UNKNOWN = True


class Rule(enum.Enum):
    """Every rule: code, slug, title, usual level, SARIF level, and whether it leaves the verdict unknown.

    docs/rules.md has one heading for each.
    """

    CS101 = ("native-wheels-only", "Only native wheels, none for the target", _B, _ERROR)
    CS102 = ("source-compiles", "Only a source distribution that compiles", _B, _ERROR)
    CS103 = ("source-must-be-built", "Only a pure source distribution that must be built", _C, _NOTE)
    CS104 = ("native-code-in-pure-wheel", "Native code inside a none-any wheel", _B, _ERROR)
    CS105 = ("older-release-fits", "Only an older release fits the target", _C, _NOTE)
    CS106 = ("python-excluded", "The target's Python version is excluded", _B, _ERROR)
    CS107 = ("pin-has-no-build", "The pinned version has no wheel, another version has", _N, _NOTE)
    CS108 = ("yanked", "The release is yanked", _C, _NOTE)
    CS109 = ("needs-a-blocked-dependency", "Requires a dependency that cannot run", _B, _ERROR)
    CS110 = ("outdated-release", "Only an outdated release fits the target", _B, _ERROR)
    CS201 = ("listed-enforced", "Listed as incompatible", _B, _ERROR)
    CS202 = ("listed-advised", "Listed with advice", _C, _NOTE)
    CS301 = ("missing-module-at-import", "Imports a standard-library module that the target lacks", _B, _ERROR)
    CS302 = (
        "missing-module-deferred",
        "Uses a standard-library module that the target lacks, later than at import",
        _C,
        _NOTE,
    )
    CS303 = ("starts-processes", "Starts processes", _C, _NOTE)
    CS304 = ("starts-threads", "Starts threads", _C, _NOTE)
    CS305 = ("opens-sockets", "Opens sockets", _C, _NOTE)
    CS306 = ("loads-foreign-libraries", "Loads foreign libraries", _C, _NOTE)
    CS307 = ("not-allowed-at-startup", "Not allowed at the top level of a Worker", _C, _WARNING)
    CS401 = ("bundle-too-large", "The bundle is over the size limit", _B, _ERROR)
    CS501 = ("not-found", "No such project or version", _C, _WARNING, _UNKNOWN)
    CS502 = ("conflict", "The requirements contradict each other", _C, _WARNING, _UNKNOWN)
    CS503 = ("not-inspectable", "Cannot be inspected: version control, local path or URL", _C, _WARNING, _UNKNOWN)
    CS504 = ("index-unreachable", "The index could not be reached", _C, _WARNING, _UNKNOWN)
    CS505 = ("bad-answer", "The index or an archive gave an unusable answer", _C, _WARNING, _UNKNOWN)
    CS601 = ("line-not-understood", "A line is not understood", _C, _WARNING, _UNKNOWN)
    CS602 = ("include-missing-or-circular", "An included file is missing or includes itself", _C, _WARNING, _UNKNOWN)
    CS603 = ("unknown-runtime-flag", "The data do not know a runtime flag", _C, _WARNING, _UNKNOWN)
    CS604 = ("data-too-old", "The data are older than allowed", _C, _WARNING)
    CS701 = ("old-container-shape", "Containers are configured as before general availability", _C, _WARNING)
    CS702 = ("unknown-instance-type", "There is no such instance type", _C, _WARNING)
    CS703 = ("deprecated-instance-type", "The instance type has a new name", _C, _WARNING)
    CS704 = ("instance-type-out-of-bounds", "A custom instance type is out of bounds", _C, _WARNING)
    CS705 = ("instances-disagree", "The code and the configuration name different numbers of instances", _C, _WARNING)
    CS706 = ("class-not-bound", "The container's class has no binding", _C, _WARNING)
    CS707 = ("class-not-exported", "The container's class is not exported", _C, _WARNING)
    CS708 = ("exports-and-migrations", "Both exports and migrations are set", _C, _WARNING)
    CS709 = ("class-without-sqlite", "The container's class has no SQLite storage", _C, _WARNING)
    CS710 = ("no-autoscaling", "Autoscaling is set, which does not exist", _C, _WARNING)
    CS711 = ("image-not-amd64", "The image is not for linux/amd64", _C, _WARNING)
    CS712 = ("development-server", "The image runs a development server", _C, _WARNING)
    CS713 = ("no-python-workers-flag", "A Python Worker lacks its compatibility flag", _C, _WARNING)
    CS714 = ("flag-ignored-by-pywrangler", "pywrangler ignores a compatibility flag", _C, _WARNING)
    CS715 = ("unknown-key", "Wrangler does not know a key", _C, _WARNING)
    CS716 = ("over-account-limits", "More instances than an account may run", _C, _WARNING)
    CS717 = ("requirements-txt-refused", "pywrangler refuses a requirements.txt", _B, _ERROR)
    CS718 = ("lock-differs", "A lock file differs from what the Worker gets", _N, _NOTE)
    CS719 = ("configurations-disagree", "Two configurations select different Pythons", _B, _ERROR)

    def __init__(  # one row each, read as a table
        self,
        slug: str,
        title: str,
        severity: Level,
        sarif_level: SarifLevel,
        leaves_unknown: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        self.slug = slug
        self.title = title
        self.severity = severity
        """The usual level of its findings."""
        self.sarif_level = sarif_level
        self.leaves_unknown = leaves_unknown
        """Whether a finding of this rule means that no verdict could be reached."""

    @property
    def code(self) -> str:
        """The stable code, for example ``CS101``."""
        return self.name
