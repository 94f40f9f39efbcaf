"""From a resolved tree to judgements: each node asked all questions, verdicts passed up, one row a declaration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from packaging.utils import NormalizedName

from scanner.inputs.formats.locks.reach import lock_keys
from scanner.inputs.projects import Project, describe
from scanner.inputs.table_rows import Listed
from scanner.inspect.distributions import Inspected
from scanner.inspect.import_report import ImportReport
from scanner.judge.advice import find_advice
from scanner.judge.bundle import Verdicts, weigh_bundle
from scanner.judge.deferred import Deferred, downgrade, find_cautions, find_deferred
from scanner.judge.inheritance import Inherited, Passes, find_container_side, inherit_verdicts, inherited_finding
from scanner.judge.project_verdict import judge_findings
from scanner.judge.rules import Subject, run_checks
from scanner.judge.subjects import Chains, SubjectMaker, combine_transitive, group_declared
from scanner.model.dependency import Dependency
from scanner.model.finding import Alternative, Cause, Finding, Level, When
from scanner.model.graph import Edges, reachable, shortest_chains
from scanner.model.report import Bundle, Judgement, Placement, Required, Verdict
from scanner.model.rule import Rule
from scanner.resolve import Graph
from scanner.runtime import tables
from scanner.runtime.candidates import readable_wheel
from scanner.runtime.tables import IncompatibleRow

_CALL_RULES = frozenset({Rule.CS302, Rule.CS303, Rule.CS304, Rule.CS305, Rule.CS306})


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedTree:
    """What one project's tree comes to."""

    judgements: tuple[Judgement, ...]
    """The declarations in the order of the files, then the transitive dependencies."""
    bundle: Bundle | None


def judge_tree(project: Project, graph: Graph, inspected: Mapping[str, Inspected], listed: Listed) -> JudgedTree:
    """The judgements of one project."""
    edges = {key: tuple(child for child in node.requires if child in graph.nodes) for key, node in graph.nodes.items()}
    chains = shortest_chains(graph.roots, edges)
    maker = SubjectMaker(
        project=project,
        listed=listed,
        declared=group_declared(project),
        chains=chains,
        transitive=combine_transitive(graph),
    )
    subjects = {key: maker.make(node, inspected.get(key)) for key, node in graph.nodes.items()}
    imports = {key: one.imports for key, one in inspected.items() if one.imports is not None}
    found = {key: run_checks(subject) for key, subject in subjects.items()}
    deferred = _defer(subjects, found, imports, edges, graph.roots)
    found |= {key: tuple(map(downgrade, found[key])) for key in deferred.exempt}
    verdicts = Verdicts(
        own={key: judge_findings(findings) for key, findings in found.items()},
        edges=edges,
        roots=graph.roots,
        passes=deferred.passes,
    )
    weighed = weigh_bundle(verdicts, _sizes(inspected), limit_bytes=project.target.limits.bundle_bytes)
    found |= {key: (*found[key], finding) for key, finding in weighed.findings.items()}
    tree = _Tree(
        graph=graph,
        edges=edges,
        chains=chains,
        subjects=subjects,
        found=found,
        imports=imports,
        deferred=deferred,
        spread=_spread(graph, found, edges, deferred),
        all_cautions=project.settings.all_cautions,
    )
    judged = {key: tree.judge(key) for key in graph.nodes}
    return JudgedTree(judgements=tuple(_rows(project, graph, maker, judged)), bundle=weighed.bundle)


def _defer(
    subjects: Mapping[str, Subject],
    found: Mapping[str, tuple[Finding, ...]],
    imports: Mapping[str, ImportReport],
    edges: Edges,
    roots: Iterable[str],
) -> Deferred:
    """Which imports that fail count only as far as something runs into them at import time."""
    failing = {
        key: str(subjects[key].dependency.name)
        for key, report in imports.items()
        if _fails_only_on_import(found[key], report)
    }
    return find_deferred(failing, imports, edges, roots)


def _fails_only_on_import(findings: Iterable[Finding], report: ImportReport) -> bool:
    """Whether a package installs, and all its blockers are what importing it runs into."""
    blockers = [finding for finding in findings if finding.level is Level.BLOCKER]
    return bool(blockers) and report.fails and all(finding.when is When.IMPORT for finding in blockers)


def _sizes(inspected: Mapping[str, Inspected]) -> dict[str, int]:
    contents = {key: one.wheel.contents for key, one in inspected.items() if one.wheel}
    return {key: wheel.uncompressed_bytes - wheel.excluded_bytes for key, wheel in contents.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Spread:
    """How the verdicts of one tree spread, by its keys."""

    own: Mapping[str, Verdict]
    inherited: Mapping[str, Inherited]
    container: AbstractSet[str]
    """What only blocked requirements reach."""
    passes: Passes
    advice: Mapping[str, str]


def _spread(graph: Graph, found: Mapping[str, tuple[Finding, ...]], edges: Edges, deferred: Deferred) -> _Spread:
    own = {key: judge_findings(findings) for key, findings in found.items()}
    moved = {key for key, findings in found.items() if _is_too_large(findings)}
    passes = {pair for pair in deferred.passes if pair[1] not in moved}
    return _Spread(
        own=own,
        inherited=inherit_verdicts(own, edges, passes),
        container=find_container_side(own, edges, graph.roots, passes),
        passes=passes,
        advice=find_advice(graph, own),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tree:
    """Everything that is known of the nodes of one tree, by their keys."""

    graph: Graph
    edges: Edges
    chains: Chains
    subjects: Mapping[str, Subject]
    found: Mapping[str, tuple[Finding, ...]]
    imports: Mapping[str, ImportReport]
    deferred: Deferred
    spread: _Spread
    all_cautions: bool

    def judge(self, key: str) -> Judgement:
        """The judgement of a node, with what it inherits."""
        subject, inherited = self.subjects[key], self.spread.inherited.get(key)
        placement = Placement.CONTAINER if key in self.spread.container else Placement.WORKER
        own = self.spread.own[key]
        return Judgement(
            name=str(self.graph.nodes[key].name),
            requirement=describe(subject.dependency),
            version=str(subject.chosen.version) if subject.chosen else None,
            newest=_newest(subject),
            verdict=inherited.verdict if inherited else own,
            own_verdict=own,
            placement=placement,
            direct=subject.dependency.direct,
            location=None,
            category=subject.row.category if subject.row else None,
            via=self.chains.get(key, ()),
            requires=tuple(self._requires(key)),
            artifact=subject.wheel,
            readable=readable_wheel(subject.chosen, subject.target) if subject.chosen else None,
            inspected=subject.contents is not None or subject.sdist is not None,
            findings=tuple(one for one in self._findings(key, inherited) if self._is_shown(one, key, placement)),
            alternative=_alternative(subject.row),
            import_fails=self.deferred.fails(key),
        )

    def _findings(self, key: str, inherited: Inherited | None) -> Iterator[Finding]:
        """The findings of a node itself, then what it has from those that it requires."""
        by_policy = self._is_policy(key)
        for finding in self.found[key]:
            yield replace(finding, policy=finding.policy and by_policy, cause=self._complete(finding.cause))
        if inherited is not None:
            cause, advice = inherited.chain[-1], self.spread.advice.get(key)
            yield inherited_finding(inherited, self._cause(cause), self.found[cause], policy=by_policy, advice=advice)
        if key in self.imports:
            causes = {cause: self._cause(cause) for other, cause in self.deferred.passes if other == key}
            yield from find_cautions(key, self.deferred, self.edges, self.imports[key], causes)

    def _is_policy(self, key: str) -> bool:
        """Whether only the table keeps a package off Workers, with everything that it requires."""
        own, inherited = self.spread.own[key], self.spread.inherited.get(key)
        if (inherited.verdict if inherited else own) is not Verdict.CONTAINER:
            return False
        blockers = (
            finding
            for one in reachable([key], self.edges)
            if self.spread.own[one] is Verdict.CONTAINER and (key, one) not in self.spread.passes
            for finding in self.found[one]
            if finding.level is Level.BLOCKER
        )
        return all(finding.policy for finding in blockers)

    def _is_shown(self, finding: Finding, key: str, placement: Placement) -> bool:
        """Whether a finding is reported: cautions count for the Worker's side only, those of calls for requirements."""
        if finding.level is not Level.CAUTION or finding.leaves_unknown:
            return True
        if placement is Placement.CONTAINER:
            return False
        is_deep_call = finding.rule in _CALL_RULES and key not in self.graph.roots
        return self.all_cautions or not is_deep_call

    def _requires(self, key: str) -> Iterator[Required]:
        node = self.graph.nodes[key]
        extras = {child: extra for extra, brought in node.brought_by_extra.items() for child in brought}
        for child in self.edges[key]:
            yield Required(name=str(self.graph.nodes[child].name), extra=extras.get(child))

    def _complete(self, cause: Cause | None) -> Cause | None:
        """The cause with the version that the tree has of it."""
        return self._cause(cause.name) if cause is not None and cause.name in self.found else cause

    def _cause(self, key: str) -> Cause:
        chosen = self.graph.nodes[key].chosen
        return Cause(name=str(self.graph.nodes[key].name), version=str(chosen.version) if chosen else None)


def _rows(project: Project, graph: Graph, maker: SubjectMaker, judged: Mapping[str, Judgement]) -> Iterator[Judgement]:
    """One row for each declaration in the order of the files, then one for each transitive dependency."""
    keys = lock_keys(project.dependencies) if project.is_lock else _blocked_keys(project, graph)
    declared: set[NormalizedName] = set()
    for dependency in project.dependencies:
        if dependency.name is None:
            yield _judge_nameless(dependency, maker.nameless(dependency))
            continue
        declared.add(dependency.name)
        row = judged[keys.get(id(dependency), str(dependency.name))]
        location = None if dependency.name in project.implicit else dependency.location
        yield replace(row, requirement=describe(dependency), direct=dependency.direct, location=location)
    yield from (row for row in judged.values() if row.name not in declared)


def _blocked_keys(project: Project, graph: Graph) -> dict[int, str]:
    """The nodes of blocked declarations whose package the Worker has in another version."""
    texts = {id(one): describe(one) for one in project.dependencies}
    return {identity: graph.keys[text] for identity, text in texts.items() if text in graph.keys}


def _judge_nameless(dependency: Dependency, subject: Subject) -> Judgement:
    findings = run_checks(subject)
    verdict = judge_findings(findings)
    return Judgement(
        name=str(dependency.text or dependency.url),
        requirement=describe(dependency),
        version=None,
        verdict=verdict,
        own_verdict=verdict,
        direct=dependency.direct,
        location=dependency.location,
        findings=findings,
    )


def _is_too_large(findings: Iterable[Finding]) -> bool:
    return any(finding.rule is Rule.CS401 and finding.level is Level.BLOCKER for finding in findings)


def _newest(subject: Subject) -> str | None:
    if subject.candidates is None:
        return None
    versions = subject.candidates.versions
    stable = next((version for version in versions if not version.is_prerelease), None)
    newest = stable or next(iter(versions), None)
    return str(newest) if newest else None


def _alternative(row: IncompatibleRow | None) -> Alternative | None:
    if row is None or row.alternative is None:
        return None
    return Alternative(use=row.use, url=tables.load_alternatives()[row.alternative].url)
