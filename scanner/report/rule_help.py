"""What each rule means, why it matters and what to do about it; docs/rules.md tells the same at length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.model.rule import Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleHelp:
    """The help for one rule in three short texts without markup."""

    what: str
    why: str
    remedy: str


_CONTAINER = "Move what requires it into a container, or use the alternative that the finding names."
_GUARDED_CALL = "Do not call it on Workers, or move what needs it into a container."

RULE_HELP: Mapping[Rule, RuleHelp] = {
    Rule.CS101: RuleHelp(
        what="The release has wheels with native code, but none of them is built for the target's platform.",
        why="Python Workers run CPython compiled to WebAssembly. Code compiled for Linux, macOS or Windows cannot be "
        "loaded there, and packages are installed from wheels only.",
        remedy="Take a version that has a matching wheel if the finding names one. " + _CONTAINER,
    ),
    Rule.CS102: RuleHelp(
        what="The release has no usable wheel, and building its source distribution compiles native code.",
        why="What pip would compile here would be machine code of this computer; a Worker needs a WebAssembly wheel.",
        remedy="Look for a version or a sibling project with a wheel. " + _CONTAINER,
    ),
    Rule.CS103: RuleHelp(
        what="The release is a source distribution of pure Python without a wheel.",
        why="It would run, but pywrangler installs wheels only unless it is told to build.",
        remedy="Set allow-build = true under [tool.pywrangler] in pyproject.toml, or build the wheel yourself.",
    ),
    Rule.CS104: RuleHelp(
        what="A wheel that claims to be pure Python (none-any) carries shared libraries or programs.",
        why="The tag lets the wheel be installed, but what it carries was compiled for another platform and cannot be "
        "loaded or started on a Worker.",
        remedy="Use the pure part only if there is one. " + _CONTAINER,
    ),
    Rule.CS105: RuleHelp(
        what="The newest release does not fit the target, an older one does and was chosen.",
        why="A version that is older than expected can lack fixes and features; that should be known, not silent.",
        remedy="Pin the version that was chosen so that it is a decision, and look again when a newer build appears.",
    ),
    Rule.CS106: RuleHelp(
        what=(
            "The release's Requires-Python excludes the Python version of the target, by its lower bound or (a caution)"
            " by its upper."
        ),
        why=(
            "Installers refuse a lower bound above the target, so the release cannot become part of the Worker;"
            " they ignore upper bounds."
        ),
        remedy="Take a version that admits this Python, or choose a compatibility date with another runtime.",
    ),
    Rule.CS107: RuleHelp(
        what="The pinned version has no build for the target, but another version has.",
        why="Only this pin stands between the project and Python Workers.",
        remedy="Move the pin to the version that the finding names.",
    ),
    Rule.CS108: RuleHelp(
        what="The release was yanked by its authors (PEP 592).",
        why="A yanked release is still installed for an exact pin, but its authors advise against it.",
        remedy="Move to a version that stands.",
    ),
    Rule.CS109: RuleHelp(
        what="A dependency that it requires needs a container or is unknown.",
        why="A package runs only with everything that it requires. If a dependency installs and only fails to import, "
        "and the package does not import it at import time, it is a caution.",
        remedy="Drop the extra that requires the dependency at the end of the chain, replace it, or move both into a "
        "container.",
    ),
    Rule.CS110: RuleHelp(
        what="Only a release that is more than two years older than the newest one fits the target.",
        why="An installer steps back to it silently, and what worked years ago is rarely what the project is written "
        "for.",
        remedy="Replace the package, or pin the release that the finding names to accept it.",
    ),
    Rule.CS201: RuleHelp(
        what="The incompatible-library table names the project, and the table decides.",
        why="Its work needs a process, a browser, a program or native code that Python Workers do not offer, or the "
        "table has it as unsuitable for another stated reason.",
        remedy="Use the alternative that the finding names. Where a build exists, --table advise relies on it.",
    ),
    Rule.CS202: RuleHelp(
        what="The incompatible-library table has advice about the project; its files decide.",
        why="It runs, but something about it is unnecessary, limited or better solved in another way on Workers.",
        remedy="Read the advice and the page it links; ignore the finding with a reason where it does not apply.",
    ),
    Rule.CS301: RuleHelp(
        what="Importing the package imports a standard-library module that the target does not have, or fails there "
        "in another certain way.",
        why="The import fails at deployment, before any request is served.",
        remedy="Import the part that does without it, look for a version with a guarded import, or use a container.",
    ),
    Rule.CS302: RuleHelp(
        what="Some functions of the package use a standard-library module, or a part of one, that the target lacks.",
        why="The package imports, but these functions fail when they are called.",
        remedy=_GUARDED_CALL,
    ),
    Rule.CS303: RuleHelp(
        what="The package starts processes.",
        why="There are no processes on Workers: subprocess and fork raise OSError.",
        remedy=_GUARDED_CALL,
    ),
    Rule.CS304: RuleHelp(
        what="The package starts threads.",
        why="A thread cannot be started in the WebAssembly runtime: RuntimeError is raised.",
        remedy="Use the package's asynchronous interface or switch its background work off. " + _GUARDED_CALL,
    ),
    Rule.CS305: RuleHelp(
        what="The package opens sockets of a kind that the target does not offer.",
        why="Depending on the runtime, outgoing TCP is all there is or there is none; nothing can listen, and there is "
        "no UDP.",
        remedy="Serve requests through the Worker's handler, connect through Hyperdrive or fetch, or use a container.",
    ),
    Rule.CS306: RuleHelp(
        what="The package loads foreign libraries, for example with ctypes.",
        why="There are no system libraries on a Worker, and libraries of other platforms cannot be loaded.",
        remedy=_GUARDED_CALL,
    ),
    Rule.CS307: RuleHelp(
        what="Importing the package does what Workers do not allow at their top level, such as random numbers.",
        why="The deployment fails when the Worker imports it at the top level; inside a request it works.",
        remedy="Import it inside the handler.",
    ),
    Rule.CS401: RuleHelp(
        what="The packages together are larger than a Worker may be.",
        why="The upload is refused above the size limit; vendored packages count uncompressed.",
        remedy="Drop the largest packages or extras that are not needed, or move the part that needs them.",
    ),
    Rule.CS501: RuleHelp(
        what="The index has no project of this name, or no version that satisfies the requirement.",
        why="Nothing can be said about what cannot be found; a private index may be missing from the settings.",
        remedy="Check the name and the version, and give the index with --index-url or --extra-index-url.",
    ),
    Rule.CS502: RuleHelp(
        what="The requirements contradict each other.",
        why="No set of versions satisfies all of them, so an installation would fail as well.",
        remedy="Loosen one of the requirements that the finding names.",
    ),
    Rule.CS503: RuleHelp(
        what="The dependency is installed from version control, a local path or a URL and cannot be inspected.",
        why="The scan neither runs nor builds what it scans.",
        remedy="Depend on a released wheel, or check this one by hand.",
    ),
    Rule.CS504: RuleHelp(
        what="The package index gave no answer.",
        why="A failing network says nothing about a package; it never becomes a verdict.",
        remedy="Try again, and check proxies, certificates and credentials.",
    ),
    Rule.CS505: RuleHelp(
        what="The index or an archive gave an answer that cannot be used or trusted.",
        why="A broken or misleading archive is not judged by what it claims.",
        remedy="Look at the reason in the finding; a fresh upload or another version may do.",
    ),
    Rule.CS601: RuleHelp(
        what="A line or entry of a dependency file is not understood.",
        why="What it declares is missing from the verdict.",
        remedy="Correct the line; the rest of the file was scanned.",
    ),
    Rule.CS602: RuleHelp(
        what="An included file is missing, lies outside of the repository, cannot be followed, or includes itself.",
        why="What it declares is missing from the verdict.",
        remedy="Correct the path or the circle; the rest was scanned.",
    ),
    Rule.CS603: RuleHelp(
        what="A compatibility flag selects a Python runtime that compat-scan's data do not know.",
        why="Nothing can be said about a runtime that is not known, so everything in the project is unknown.",
        remedy="Update the data with compat-scan data update, or a newer compat-scan; check the spelling of the flag.",
    ),
    Rule.CS604: RuleHelp(
        what="The data are older than --max-data-age allows.",
        why="Newer releases and runtimes are missing from them. No verdict changes.",
        remedy="Run compat-scan data update.",
    ),
    Rule.CS701: RuleHelp(
        what="The containers of a Wrangler configuration have the shape of the time before general availability.",
        why="Wrangler takes a list of entries and stops at anything else; keys that are gone have no effect.",
        remedy="Use what the finding names for each key; compat-scan plan --write writes a whole configuration.",
    ),
    Rule.CS702: RuleHelp(
        what="The instance type is none that containers offer.",
        why="The deployment fails with an error about the configuration.",
        remedy="Take one of the names that the finding lists, or a size of your own within its bounds.",
    ),
    Rule.CS703: RuleHelp(
        what="The instance type is an old name that still works.",
        why="Wrangler warns about it and may stop taking it.",
        remedy="Use the new name that the finding tells.",
    ),
    Rule.CS704: RuleHelp(
        what="A size of one's own breaks the bounds for vCPU, memory or disk.",
        why="Wrangler's dry run lets it pass and the deployment fails.",
        remedy="Stay within the bounds, or take a named type.",
    ),
    Rule.CS705: RuleHelp(
        what="The code spreads requests with getRandom over another number of instances than max_instances allows.",
        why="With more, requests wait for instances that may not start; with fewer, some never get any.",
        remedy="Use one number in both places.",
    ),
    Rule.CS706: RuleHelp(
        what="The class of a container has no Durable Object binding, and the code does not reach it by ctx.exports.",
        why="Nothing can start the container or send it a request.",
        remedy="Add it to durable_objects.bindings, or reach it by ctx.exports.",
    ),
    Rule.CS707: RuleHelp(
        what="The class of a container stands in neither exports nor migrations, or the code does not export it.",
        why="The Durable Object is not created. Wrangler's dry run only warns.",
        remedy="Add it to exports with the type durable-object and the storage sqlite.",
    ),
    Rule.CS708: RuleHelp(
        what="The configuration has both exports and migrations for Durable Objects.",
        why="Wrangler refuses the two together.",
        remedy="Keep exports, which say what there is now; migrations tell the same step by step.",
    ),
    Rule.CS709: RuleHelp(
        what="The class of a container is declared with new_classes, or with another storage than sqlite.",
        why="Containers need a Durable Object with SQLite. Wrangler's dry run lets it pass.",
        remedy="Use new_sqlite_classes, or exports with the storage sqlite.",
    ),
    Rule.CS710: RuleHelp(
        what="The configuration or the code asks for autoscaling.",
        why="There is none: the property was announced and does not exist.",
        remedy="Choose max_instances and spread the requests with getRandom, or by name with getContainer.",
    ),
    Rule.CS711: RuleHelp(
        what="A Dockerfile builds for another platform than linux/amd64.",
        why="Containers run linux/amd64 only.",
        remedy="Use FROM --platform=linux/amd64 and an image that has it.",
    ),
    Rule.CS712: RuleHelp(
        what="A Dockerfile starts a development server.",
        why="It serves one request at a time or watches files, and may show its debugger to anybody.",
        remedy="Start a production server, for example uvicorn without --reload, or gunicorn.",
    ),
    Rule.CS713: RuleHelp(
        what="The main module is Python and the flag python_workers is missing.",
        why="The Worker does not start without it.",
        remedy="Add python_workers to compatibility_flags.",
    ),
    Rule.CS714: RuleHelp(
        what="A flag switches a Python version off, which pywrangler does not see; or pywrangler reads wrangler.toml,"
        " and Wrangler the wrangler.jsonc or wrangler.json beside it, which selects another Python.",
        why="It installs wheels for another Python than the one that runs.",
        remedy="Choose the runtime by compatibility_date, or by the flag of the version itself, in one configuration.",
    ),
    Rule.CS715: RuleHelp(
        what="A key of the configuration is none that Wrangler knows.",
        why="Wrangler warns and ignores it, so it does not do what it is there for.",
        remedy="Correct the spelling or remove the key.",
    ),
    Rule.CS716: RuleHelp(
        what="All instances together are more than the limits of an account admit.",
        why="The last of them do not start.",
        remedy="Lower max_instances, take a smaller type, or ask Cloudflare for higher limits.",
    ),
    Rule.CS717: RuleHelp(
        what="A requirements.txt lies beside the pyproject.toml of a Python Worker.",
        why="While it is there, pywrangler refuses to run.",
        remedy="Move its requirements into pyproject.toml and delete it.",
    ),
    Rule.CS718: RuleHelp(
        what="A lock file for the developer's machine has other versions than the Worker gets.",
        why="Nothing deploys from it: pywrangler resolves pyproject.toml for the Worker.",
        remedy="Test with the versions that the Worker gets.",
    ),
    Rule.CS719: RuleHelp(
        what="Two Wrangler configurations select different Pythons: pywrangler reads wrangler.toml first, and Wrangler "
        "wrangler.jsonc or wrangler.json.",
        why="Packages are installed for another Python than the one that runs.",
        remedy="Keep one configuration.",
    ),
}
"""The help for every rule."""
