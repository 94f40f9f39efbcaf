"""What each rule means, why it matters and what to do about it. docs/rules.md is written from these texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.model.rule import Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleHelp:
    """The help for one rule: three short texts without markup."""

    what: str
    why: str
    remedy: str


_CONTAINER = "Otherwise move the code that needs it into a container, or use the alternative in the finding."
_GUARDED_CALL = "Do not call these functions on Workers, or move the code that needs them into a container."

RULE_HELP: Mapping[Rule, RuleHelp] = {
    Rule.CS101: RuleHelp(
        what="The release has wheels with native code, but none of them is compatible with Python Workers.",
        why="Python Workers run CPython compiled to WebAssembly. Code compiled for Linux, macOS or Windows cannot "
        "be loaded there, and packages are installed from wheels only.",
        remedy="Use a version with a compatible wheel if the finding names one. " + _CONTAINER,
    ),
    Rule.CS102: RuleHelp(
        what="The release has no compatible wheel, and its source distribution compiles native code.",
        why="A build on this computer produces machine code for this computer. A Worker requires a WebAssembly wheel.",
        remedy="Look for a version or a related package with a compatible wheel. " + _CONTAINER,
    ),
    Rule.CS103: RuleHelp(
        what="The release has only a source distribution of pure Python, and no wheel.",
        why="The code runs on Workers, but pywrangler installs only wheels by default.",
        remedy="Set allow-build = true under [tool.pywrangler] in pyproject.toml, or build the wheel yourself.",
    ),
    Rule.CS104: RuleHelp(
        what="A wheel tagged as pure Python (none-any) contains shared libraries or programs.",
        why="The tag allows the wheel to be installed, but its native code is compiled for another platform. It "
        "cannot be loaded or started on a Worker.",
        remedy="Use only the pure Python part if there is one. " + _CONTAINER,
    ),
    Rule.CS105: RuleHelp(
        what="The newest release is not compatible with Workers. An older release was chosen.",
        why="An older version can lack fixes and features of the newest one.",
        remedy="Pin the chosen version to make it explicit. Check again when the package publishes a newer wheel.",
    ),
    Rule.CS106: RuleHelp(
        what="Requires-Python of the release excludes the Python version of the Worker, by its lower bound or, as a "
        "caution, by its upper bound.",
        why="Installers refuse a release whose lower bound is above the Python version of the Worker. They ignore "
        "upper bounds.",
        remedy="Use a version that allows this Python version, or a compatibility date with another runtime.",
    ),
    Rule.CS107: RuleHelp(
        what="The pinned version has no compatible wheel, but another version has one.",
        why="Only this pin prevents the package from running on Workers.",
        remedy="Change the pin to the version that the finding names.",
    ),
    Rule.CS108: RuleHelp(
        what="The authors have yanked the release (PEP 592).",
        why="Installers still install a yanked release for an exact pin, but its authors advise against it.",
        remedy="Use a version that is not yanked.",
    ),
    Rule.CS109: RuleHelp(
        what="The package requires a dependency that needs a container or is unknown.",
        why="A package runs only if everything that it requires runs. If the dependency installs but fails to "
        "import, and the package does not import it at import time, the finding is a caution.",
        remedy="Remove the extra that requires the last dependency in the chain, replace that dependency, or move "
        "both into a container.",
    ),
    Rule.CS110: RuleHelp(
        what="The only compatible release is more than two years older than the newest release.",
        why="Installers choose it without a warning, and a release of that age rarely works with current code.",
        remedy="Replace the package, or pin the release that the finding names to accept it.",
    ),
    Rule.CS201: RuleHelp(
        what="The incompatible-library table lists the package, and the table decides.",
        why="The package requires a process, a browser, a program or native code that Workers do not have, or the "
        "table lists it for another stated reason.",
        remedy="Use the alternative that the finding names. If the package has a compatible wheel, --table advise "
        "allows it.",
    ),
    Rule.CS202: RuleHelp(
        what="The incompatible-library table has advice about the package. The wheel decides.",
        why="The package runs, but on Workers it is unnecessary, limited, or has a better alternative.",
        remedy="Follow the advice and the linked page. If it does not apply, ignore the finding with a reason.",
    ),
    Rule.CS301: RuleHelp(
        what="The package imports a standard-library module that Workers do not have, or its import fails there for "
        "another reason.",
        why="The import fails when the Worker is deployed, before it serves a request.",
        remedy="Import only the part of the package that works, use a version that guards the import, or use a "
        "container.",
    ),
    Rule.CS302: RuleHelp(
        what="Some functions of the package use a standard-library module, or a part of one, that Workers do not have.",
        why="The package can be imported, but these functions fail when they are called.",
        remedy=_GUARDED_CALL,
    ),
    Rule.CS303: RuleHelp(
        what="The package starts processes.",
        why="Workers have no processes: subprocess and fork raise OSError.",
        remedy=_GUARDED_CALL,
    ),
    Rule.CS304: RuleHelp(
        what="The package starts threads.",
        why="The WebAssembly runtime cannot start threads: it raises RuntimeError.",
        remedy="Use the asynchronous interface of the package, or turn off its background work. " + _GUARDED_CALL,
    ),
    Rule.CS305: RuleHelp(
        what="The package opens sockets of a kind that Workers do not support.",
        why="Depending on the runtime, Workers support only outgoing TCP or no sockets at all. They cannot listen, "
        "and they have no UDP.",
        remedy="Serve requests through the handler of the Worker, connect through Hyperdrive or fetch, or use a "
        "container.",
    ),
    Rule.CS306: RuleHelp(
        what="The package loads native libraries, for example with ctypes.",
        why="Workers have no system libraries, and libraries for other platforms cannot be loaded.",
        remedy=_GUARDED_CALL,
    ),
    Rule.CS307: RuleHelp(
        what="At import time, the package does something that Workers do not allow at the top level, such as "
        "generating random numbers.",
        why="The deployment fails if the Worker imports the package at the top level. Inside a request it works.",
        remedy="Import it inside the handler.",
    ),
    Rule.CS401: RuleHelp(
        what="The packages together exceed the size limit of a Worker.",
        why="The upload fails above the size limit. Packages count with their uncompressed size.",
        remedy="Remove the largest packages or the extras that you do not need, or move the code that needs them "
        "into a container.",
    ),
    Rule.CS501: RuleHelp(
        what="The index has no package with this name, or no version that satisfies the requirement.",
        why="A package that cannot be found cannot be checked. The settings may lack a private index.",
        remedy="Check the name and the version, and add the index with --index-url or --extra-index-url.",
    ),
    Rule.CS502: RuleHelp(
        what="The requirements conflict.",
        why="No set of versions satisfies all of them, so an installation fails too.",
        remedy="Relax one of the requirements that the finding names.",
    ),
    Rule.CS503: RuleHelp(
        what="The dependency is installed from version control, a local path or a URL, and cannot be inspected.",
        why="The scan does not build or run the code that it scans.",
        remedy="Depend on a released wheel, or check this dependency by hand.",
    ),
    Rule.CS504: RuleHelp(
        what="The package index did not answer.",
        why="A network failure is no information about a package, so the verdict is unknown.",
        remedy="Try again. Check proxies, certificates and credentials.",
    ),
    Rule.CS505: RuleHelp(
        what="The answer of the index, or an archive, is invalid or cannot be trusted.",
        why="A verdict that relies on a broken or misleading archive could be wrong.",
        remedy="See the reason in the finding. Another version, or a new upload, may work.",
    ),
    Rule.CS601: RuleHelp(
        what="A line or an entry in a dependency file cannot be parsed.",
        why="The verdict does not include what it declares.",
        remedy="Correct the line. The rest of the file was scanned.",
    ),
    Rule.CS602: RuleHelp(
        what="An included file is missing, is outside the repository, cannot be followed, or includes itself.",
        why="The verdict does not include what the file declares.",
        remedy="Correct the path or remove the cycle. The rest was scanned.",
    ),
    Rule.CS603: RuleHelp(
        what="A compatibility flag selects a Python runtime that is not in the tables of compat-scan.",
        why="Packages cannot be checked for an unknown runtime, so every package in the project is unknown.",
        remedy="Check the spelling of the flag. Run compat-scan data update, or upgrade compat-scan.",
    ),
    Rule.CS604: RuleHelp(
        what="The tables are older than --max-data-age allows.",
        why="They lack newer releases and runtimes. Verdicts do not change.",
        remedy="Run compat-scan data update.",
    ),
    Rule.CS701: RuleHelp(
        what="The containers key of a Wrangler configuration has the format used before general availability.",
        why="Wrangler requires a list of entries and refuses anything else. Removed keys have no effect.",
        remedy="Replace each key as the finding says. compat-scan plan --write writes a complete configuration.",
    ),
    Rule.CS702: RuleHelp(
        what="The instance type does not exist.",
        why="The deployment fails with a configuration error.",
        remedy="Use one of the names in the finding, or a custom size within its bounds.",
    ),
    Rule.CS703: RuleHelp(
        what="The instance type has an old name that still works.",
        why="Wrangler prints a warning and may stop accepting the name.",
        remedy="Use the new name in the finding.",
    ),
    Rule.CS704: RuleHelp(
        what="A custom instance size is outside the bounds for vCPU, memory or disk.",
        why="Wrangler accepts it in a dry run, but the deployment fails.",
        remedy="Use a size within the bounds, or a named instance type.",
    ),
    Rule.CS705: RuleHelp(
        what="The code distributes requests with getRandom over a different number of instances than max_instances "
        "allows.",
        why="If the number is larger, requests wait for instances that may not start. If it is smaller, some "
        "instances get no requests.",
        remedy="Use the same number in both places.",
    ),
    Rule.CS706: RuleHelp(
        what="The class of a container has no Durable Object binding, and the code does not use it through "
        "ctx.exports.",
        why="Nothing can start the container or send it a request.",
        remedy="Add the class to durable_objects.bindings, or use it through ctx.exports.",
    ),
    Rule.CS707: RuleHelp(
        what="The class of a container is in neither exports nor migrations, or the code does not export it.",
        why="The Durable Object is not created. A dry run of Wrangler only prints a warning.",
        remedy="Add the class to exports with the type durable-object and the storage sqlite.",
    ),
    Rule.CS708: RuleHelp(
        what="The configuration has both exports and migrations for Durable Objects.",
        why="Wrangler refuses a configuration with both.",
        remedy="Keep exports, which describe the current state, and remove migrations.",
    ),
    Rule.CS709: RuleHelp(
        what="The class of a container is declared with new_classes, or with a storage other than sqlite.",
        why="Containers require a Durable Object with SQLite. Wrangler accepts others in a dry run.",
        remedy="Use new_sqlite_classes, or exports with the storage sqlite.",
    ),
    Rule.CS710: RuleHelp(
        what="The configuration or the code turns on autoscaling.",
        why="Autoscaling was announced but does not exist.",
        remedy="Set max_instances and distribute the requests with getRandom, or by name with getContainer.",
    ),
    Rule.CS711: RuleHelp(
        what="A Dockerfile builds for a platform other than linux/amd64.",
        why="Containers run linux/amd64 only.",
        remedy="Use FROM --platform=linux/amd64 and an image for that platform.",
    ),
    Rule.CS712: RuleHelp(
        what="A Dockerfile starts a development server.",
        why="A development server handles one request at a time or watches files, and may expose its debugger.",
        remedy="Start a production server, for example uvicorn without --reload, or gunicorn.",
    ),
    Rule.CS713: RuleHelp(
        what="The main module is Python, but the flag python_workers is missing.",
        why="The Worker does not start without the flag.",
        remedy="Add python_workers to compatibility_flags.",
    ),
    Rule.CS714: RuleHelp(
        what="A flag disables a Python version, which pywrangler ignores; or pywrangler reads wrangler.toml while "
        "Wrangler reads a wrangler.jsonc or wrangler.json in the same folder that selects another Python.",
        why="Wheels are installed for a different Python than the one that runs.",
        remedy="Select the runtime with compatibility_date or with the flag of the version, in one configuration.",
    ),
    Rule.CS715: RuleHelp(
        what="Wrangler does not support a key in the configuration.",
        why="Wrangler prints a warning and ignores the key.",
        remedy="Correct the spelling or remove the key.",
    ),
    Rule.CS716: RuleHelp(
        what="The instances together exceed the limits of an account.",
        why="The instances above the limits do not start.",
        remedy="Lower max_instances, use a smaller instance type, or ask Cloudflare for higher limits.",
    ),
    Rule.CS717: RuleHelp(
        what="A requirements.txt is in the same folder as the pyproject.toml of a Python Worker.",
        why="While the file exists, pywrangler refuses to run.",
        remedy="Move its requirements into pyproject.toml and delete it.",
    ),
    Rule.CS718: RuleHelp(
        what="A lock file for the development machine has other versions than the Worker gets.",
        why="The lock file is not used for the deployment: pywrangler resolves pyproject.toml for the Worker.",
        remedy="Test with the versions that the Worker gets.",
    ),
    Rule.CS719: RuleHelp(
        what="Two Wrangler configurations select different Python versions: pywrangler reads wrangler.toml first, "
        "and Wrangler reads wrangler.jsonc or wrangler.json.",
        why="Packages are installed for a different Python than the one that runs.",
        remedy="Keep one configuration.",
    ),
}
"""The help for every rule."""
