"""The rules by their stable codes."""

from __future__ import annotations

import enum


class Rule(enum.Enum):
    """Every rule by its stable code, with its slug and title; docs/rules.md has one heading for each."""

    CS101 = ("native-wheels-only", "Only native wheels, none for the target")
    CS102 = ("source-compiles", "Only a source distribution that compiles")
    CS103 = ("source-must-be-built", "Only a pure source distribution that must be built")
    CS104 = ("native-code-in-pure-wheel", "Native code inside a none-any wheel")
    CS105 = ("older-release-fits", "Only an older release fits the target")
    CS106 = ("python-excluded", "The target's Python version is excluded")
    CS107 = ("pin-has-no-build", "The pinned version has no build, another version has")
    CS108 = ("yanked", "The release is yanked")
    CS109 = ("needs-a-blocked-dependency", "Needs a dependency that cannot run")
    CS201 = ("listed-enforced", "Listed as incompatible")
    CS202 = ("listed-advised", "Listed with advice")
    CS301 = ("missing-module-at-import", "Imports a standard-library module that the target lacks")
    CS302 = ("missing-module-deferred", "Uses a standard-library module that the target lacks, later than at import")
    CS303 = ("starts-processes", "Starts processes")
    CS304 = ("starts-threads", "Starts threads")
    CS305 = ("opens-sockets", "Opens sockets")
    CS306 = ("loads-foreign-libraries", "Loads foreign libraries")
    CS401 = ("bundle-too-large", "The bundle is over the size limit")
    CS501 = ("not-found", "No such project or version")
    CS502 = ("conflict", "The requirements contradict each other")
    CS503 = ("not-inspectable", "Cannot be inspected: version control, local path or URL")
    CS504 = ("index-unreachable", "The index could not be reached")
    CS505 = ("bad-answer", "The index or an archive gave an unusable answer")
    CS601 = ("line-not-understood", "A line is not understood")
    CS602 = ("include-missing-or-circular", "An included file is missing or includes itself")
    CS701 = ("old-container-shape", "Containers are configured as before general availability")
    CS702 = ("unknown-instance-type", "There is no such instance type")
    CS703 = ("deprecated-instance-type", "The instance type has a new name")
    CS704 = ("instance-type-out-of-bounds", "A custom instance type is out of bounds")
    CS705 = ("instances-disagree", "The code and the configuration name different numbers of instances")
    CS706 = ("class-not-bound", "The container's class has no binding")
    CS707 = ("class-not-exported", "The container's class is not exported")
    CS708 = ("exports-and-migrations", "Both exports and migrations are set")
    CS709 = ("class-without-sqlite", "The container's class has no SQLite storage")
    CS710 = ("no-autoscaling", "Autoscaling is set, which does not exist")
    CS711 = ("image-not-amd64", "The image is not for linux/amd64")
    CS712 = ("development-server", "The image runs a development server")
    CS713 = ("no-python-workers-flag", "A Python Worker lacks its compatibility flag")
    CS714 = ("flag-ignored-by-pywrangler", "pywrangler ignores a compatibility flag")
    CS715 = ("unknown-key", "Wrangler does not know a key")
    CS716 = ("over-account-limits", "More instances than an account may run")

    def __init__(self, slug: str, title: str) -> None:
        self.slug = slug
        self.title = title

    @property
    def code(self) -> str:
        """The stable code, for example ``CS101``."""
        return self.name

    @property
    def leaves_unknown(self) -> bool:
        """Whether a finding of this rule means that no verdict could be reached (CS5xx)."""
        return self.name.startswith("CS5")
