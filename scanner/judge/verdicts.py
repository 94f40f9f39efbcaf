"""From a resolved tree to judgements: each node asked all questions, verdicts passed up, each declaration told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from scanner.inputs.formats.locks.reach import lock_keys
from scanner.inputs.projects import Project, describe
from scanner.inputs.table_rows import Listed
from scanner.inspect.distributions import Inspected
from scanner.inspect.import_report import ImportReport
from scanner.judge.bundle import weigh_bundle
from scanner.judge.chains import Chain, Edges, find_chains
from scanner.judge.deferred import Late, find_cautions, find_late, soften
from scanner.judge.edits import find_advice
from scanner.judge.ignores import Exemptions
from scanner.judge.inheritance import Judged, inherit, inherited_finding
from scanner.judge.judgements import judge_accepted, judge_findings
from scanner.judge.rules import Subject, run_checks
from scanner.model.dependency import Dependency, Location
from scanner.model.finding import Alternative, Finding, Level
from scanner.model.report import Bundle, Judgement, TableMode, Verdict
from scanner.model.requirement import Want
from scanner.model.specifiers import combine, find_pin
from scanner.model.target import Target
from scanner.resolve import Graph, Node
from scanner.runtime import tables
from scanner.runtime.tables import IncompatibleRow

_NOT_INSPECTED = Inspected()


@dataclass(frozen=True, kw_only=True, slots=True)
class Assembled:
    """What one project comes to."""

    judgements: tuple[Judgement, ...]
    """Its declarations in the order of the file, then what comes along with them."""
    bundle: Bundle | None


def assemble_judgements(
    project: Project,
    graph: Graph,
    inspected: Mapping[str, Inspected],
    *,
    target: Target,
    table: TableMode,
    listed: Listed,
    exemptions: Exemptions,
) -> Assembled:
    """The judgements of one project."""
    edges = {key: node.requires for key, node in graph.nodes.items()}
    chains = find_chains(graph.roots, edges)
    context = _Context(
        project=project,
        target=target,
        table=table,
        listed=listed,
        exemptions=exemptions,
        declared=_by_name(project),
        chains=chains,
    )
    judged = {key: context.judge(node, inspected.get(key)) for key, node in graph.nodes.items()}
    judged, late = context.spare(judged, inspected, edges, graph.roots)
    judged, bundle = context.weigh(judged, edges, inspected, late)
    telling = _Telling(
        context=context,
        judged=judged,
        inherited=inherit(judged, edges, late),
        late=late,
        edges=edges,
        imports={key: one.imports for key, one in inspected.items() if one.imports is not None},
        advice=find_advice(graph, {key: one.own_verdict for key, one in judged.items()}),
        keys=lock_keys(project.dependencies) if project.is_lock else _blocked_keys(project, graph),
    )
    return Assembled(judgements=(*telling.declared(), *telling.transitive(graph)), bundle=bundle)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Context:
    """What all subjects of one project share."""

    project: Project
    target: Target
    table: TableMode
    listed: Listed
    exemptions: Exemptions
    declared: Mapping[NormalizedName, tuple[Dependency, ...]]
    chains: Mapping[str, tuple[Chain, ...]]

    def subject(self, node: Node, inspected: Inspected | None) -> Subject:
        """A node as the checks look at it."""
        inside = inspected or _NOT_INSPECTED
        dependency, required_by = self._representative(node)
        return Subject(
            dependency=dependency,
            target=self.target,
            table=self.table,
            row=self.listed.get(node.name),
            candidates=node.candidates,
            satisfying=node.satisfying,
            chosen=node.chosen,
            failure=node.failure,
            contradicting=_contradiction(node, self.chains, self.project.constraints.get(node.name)),
            passed_over=node.passed_over,
            requires_unknown=node.requires_unknown,
            requires_unusable=node.requires_unusable,
            others_ask=combine(want.specifier for want in node.requirements if want.parent is not None),
            required_by=required_by,
            contents=inside.wheel.contents if inside.wheel else None,
            imports=inside.imports,
            sdist=inside.sdist,
            inspect_failure=inside.failure,
        )

    def judge(self, node: Node, inspected: Inspected | None) -> Judged:
        """A node with everything that was found on it."""
        return self._judge(self.subject(node, inspected), self.declared.get(node.name, ()))

    def spare(
        self, judged: Mapping[str, Judged], inspected: Mapping[str, Inspected], edges: Edges, roots: Iterable[str]
    ) -> tuple[dict[str, Judged], Late]:
        """The nodes where imports that fail count only as far as something runs into them at once."""
        reports = {key: one.imports for key, one in inspected.items() if one.imports is not None}
        failing = {
            key: one.subject.filename
            for key, one in judged.items()
            if key in reports and one.fails_only_on_import(reports[key])
        }
        late = find_late(failing, reports, edges, roots)
        told = dict(judged)
        for key in late.spared:
            findings = tuple(map(soften, judged[key].findings))
            told[key] = replace(judged[key], findings=findings, own_verdict=judge_findings(findings))
        return told, late

    def weigh(
        self, judged: Mapping[str, Judged], edges: Edges, inspected: Mapping[str, Inspected], late: Late
    ) -> tuple[dict[str, Judged], Bundle | None]:
        """The nodes with what their size together adds to the findings on the largest."""
        contents = {key: one.wheel.contents for key, one in inspected.items() if one.wheel}
        weighed = weigh_bundle(
            {key: one.own_verdict for key, one in judged.items()},
            edges,
            {key: wheel.uncompressed_bytes - wheel.excluded_bytes for key, wheel in contents.items()},
            limit_bytes=self.target.limits.bundle_bytes,
            passes=late.passes,
        )
        told = dict(judged)
        for key, finding in weighed.findings.items():
            told[key] = self._add(judged[key], finding)
        return told, weighed.bundle

    def judge_nameless(self, dependency: Dependency) -> Judgement:
        """A path or URL that does not tell its name: nothing can be asked of an index."""
        one = self._judge(Subject(dependency=dependency, target=self.target, table=self.table), (dependency,))
        return _to_judgement(dependency, one, verdict=one.own_verdict, findings=one.findings)

    def _add(self, one: Judged, finding: Finding) -> Judged:
        name = one.subject.dependency.name
        places = [dependency.location for dependency in self.declared.get(name, ())] if name else []
        added = self.exemptions.apply([finding], str(name), places)
        blocked = judge_findings(added) is Verdict.CONTAINER
        verdict = Verdict.CONTAINER if blocked else one.own_verdict
        return replace(one, findings=(*one.findings, *added), own_verdict=verdict)

    def _judge(self, subject: Subject, declared: tuple[Dependency, ...]) -> Judged:
        name = str(subject.dependency.name or subject.dependency.text or subject.dependency.url)
        places = [dependency.location for dependency in declared]
        found = run_checks(subject)
        findings = self.exemptions.apply(found, name, places)
        return Judged(subject=subject, findings=findings, own_verdict=judge_accepted(found, findings))

    def _representative(self, node: Node) -> tuple[Dependency, str | None]:
        """The declaration that speaks for a node, and for a transitive one who requires it."""
        own = self.declared.get(node.name, ())
        pinned = [dependency for dependency in own if node.chosen and dependency.pin == node.chosen.version]
        if own:
            return (pinned or own)[0], None
        first = node.requirements[0]
        specifier = combine(want.specifier for want in node.requirements)
        dependency = Dependency(
            name=node.name,
            specifier=specifier,
            pin=find_pin(specifier),
            url=node.url,
            location=Location(path=self.project.path, line=1),
            direct=False,
            text=first.text,
        )
        return dependency, str(first.parent) if first.parent else None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Telling:
    """All that is known of the nodes, from which the judgement of each declaration is told."""

    context: _Context
    judged: Mapping[str, Judged]
    inherited: Mapping[str, tuple[Verdict, Chain]]
    late: Late
    edges: Edges
    imports: Mapping[str, ImportReport]
    advice: Mapping[str, str]
    keys: Mapping[int, str]
    """The node of each declaration by its identity, where it is not that of its name."""

    def declared(self) -> Iterator[Judgement]:
        """The judgements of what the file declares, in its order."""
        for dependency in self.context.project.dependencies:
            if dependency.name is None:
                yield self.context.judge_nameless(dependency)
            else:
                yield self._tell(self.keys.get(id(dependency), str(dependency.name)), dependency)

    def transitive(self, graph: Graph) -> Iterator[Judgement]:
        """The judgements of what comes along, which have no place of their own."""
        for key, node in graph.nodes.items():
            if node.name not in self.context.declared:
                yield replace(self._tell(key, self.judged[key].subject.dependency), location=None)

    def _tell(self, key: str, dependency: Dependency) -> Judgement:
        one = self.judged[key]
        verdict, chain = self.inherited.get(key, (one.own_verdict, ()))
        told_below: tuple[Finding, ...] = ()
        if from_below := tuple(self._find_below(key, verdict, chain)):
            places = (dependency.location,) if dependency.name in self.context.declared else ()
            told_below = self.context.exemptions.apply(from_below, str(dependency.name), places)
        if verdict is Verdict.CONTAINER and any(finding.level is Level.NOTE for finding in told_below):
            verdict = one.own_verdict
        findings = (*one.findings, *told_below) if told_below else one.findings
        via = self.context.chains.get(key, ())
        told = _to_judgement(dependency, one, verdict=verdict, via=via, findings=findings)
        return replace(told, import_fails=True) if self.late.fails(key) else told

    def _find_below(self, key: str, verdict: Verdict, chain: Chain) -> Iterator[Finding]:
        """What a node has from those that it requires."""
        if chain:
            yield inherited_finding(verdict, chain, self.judged, self.advice.get(key))
        if key in self.imports:
            yield from find_cautions(key, self.late, self.edges, self.imports[key])


def _by_name(project: Project) -> Mapping[NormalizedName, tuple[Dependency, ...]]:
    grouped: dict[NormalizedName, list[Dependency]] = {}
    for dependency in project.dependencies:
        if dependency.name is not None:
            grouped.setdefault(dependency.name, []).append(dependency)
    return {name: tuple(declared) for name, declared in grouped.items()}


def _blocked_keys(project: Project, graph: Graph) -> dict[int, str]:
    """The nodes of the declarations that are blocked and whose package the Worker has in another version."""
    texts = {id(one): describe(one) for one in project.dependencies}
    return {identity: graph.keys[text] for identity, text in texts.items() if text in graph.keys}


def _contradiction(
    node: Node, chains: Mapping[str, tuple[Chain, ...]], constraint: SpecifierSet | None
) -> tuple[str, ...]:
    """Two requirements, or one and a constraint, that no version satisfies together; each with who asks for it."""
    if node.conflict is not None:
        sides = dict.fromkeys(
            (node.conflict.kept, node.conflict.dropped, *node.requirements)
        )  # both may be the same one
        told = tuple(dict.fromkeys(_say_want(want, chains) for want in sides))[:2]
        if len(told) > 1:
            return told
    if constraint is None or node.candidates is None or node.satisfying:
        return ()
    wanted = combine(want.specifier for want in node.requirements)
    if not node.candidates.satisfying(wanted):
        return ()
    return (_say_want(node.requirements[0], chains), f"{node.name}{constraint} (a constraint)")


def _say_want(want: Want, chains: Mapping[str, tuple[Chain, ...]]) -> str:
    """A requirement with the chain that it comes by."""
    if want.parent is None:
        return f"{want.name}{want.specifier} (asked for by the project)"
    known = chains.get(want.parent, ())
    return f"{want.name}{want.specifier} (required by {' → '.join(known[0] if known else (want.parent,))})"


def _to_judgement(
    dependency: Dependency,
    one: Judged,
    *,
    verdict: Verdict,
    findings: tuple[Finding, ...],
    via: tuple[Chain, ...] = (),
) -> Judgement:
    subject = one.subject
    return Judgement(
        name=str(dependency.name or dependency.text or dependency.url),
        requirement=describe(dependency),
        version=str(subject.chosen.version) if subject.chosen else None,
        verdict=verdict,
        own_verdict=one.own_verdict,
        direct=dependency.direct,
        location=dependency.location,
        category=subject.row.category if subject.row else None,
        via=via,
        artifact=subject.wheel,
        findings=findings,
        alternative=_alternative(subject.row),
    )


def _alternative(row: IncompatibleRow | None) -> Alternative | None:
    if row is None or row.alternative is None:
        return None
    return Alternative(use=row.use, url=tables.load_alternatives()[row.alternative].url)
