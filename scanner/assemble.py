"""From a resolved tree to judgements: each node asked all questions, verdicts passed up, each declaration told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from scanner import tables
from scanner.acceptance import accept, all_accepted
from scanner.advice import find_advice
from scanner.bundle import weigh_bundle
from scanner.chains import Chain, Edges, find_chains, inherit_verdicts
from scanner.checks import Subject, run_checks
from scanner.ignores import Exemptions
from scanner.inspect import Inspected
from scanner.judge import judge_accepted, judge_findings
from scanner.listed import Listed
from scanner.model import (
    Alternative,
    Bundle,
    Dependency,
    Evidence,
    Finding,
    Judgement,
    Level,
    Location,
    Rule,
    Strength,
    TableMode,
    Target,
    Verdict,
)
from scanner.project import Project, describe
from scanner.resolve import Graph, Node
from scanner.resolve.locked import lock_keys
from scanner.specifiers import combine, find_pin
from scanner.tables import IncompatibleRow
from scanner.wants import Want


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One node with what was found on it."""

    subject: Subject
    findings: tuple[Finding, ...]
    own_verdict: Verdict

    @property
    def is_accepted(self) -> bool:
        """Whether it is unknown by itself, and accepted as such."""
        return self.own_verdict is Verdict.UNKNOWN and all_accepted(self.findings)


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
    judged, bundle = context.weigh(judged, edges, inspected)
    inherited = _inherit(judged, edges)
    advice = find_advice(graph, {key: one.own_verdict for key, one in judged.items()})

    def tell(key: str, dependency: Dependency) -> Judgement:
        one = judged[key]
        verdict, chain = inherited.get(key, (one.own_verdict, ()))
        places = (dependency.location,) if graph.nodes[key].name in context.declared else ()
        from_below = [_inherited_finding(verdict, chain, judged, advice.get(key))] if chain else []
        told_below = exemptions.apply(from_below, str(dependency.name), places)
        if verdict is Verdict.CONTAINER and any(finding.level is Level.NOTE for finding in told_below):
            verdict = one.own_verdict
        told = _to_judgement(dependency, one, verdict=verdict)
        return replace(told, via=chains.get(key, ()), findings=(*one.findings, *told_below))

    keys = lock_keys(project.dependencies) if project.is_lock else {}
    declared = [
        tell(keys.get(id(dependency), str(dependency.name)), dependency)
        if dependency.name is not None
        else context.judge_nameless(dependency)
        for dependency in project.dependencies
    ]
    transitive = [
        replace(tell(key, judged[key].subject.dependency), location=None)
        for key, node in graph.nodes.items()
        if node.name not in context.declared
    ]
    return Assembled(judgements=(*declared, *transitive), bundle=bundle)


def list_edges(graph: Graph) -> set[tuple[str, str]]:
    """Who requires whom, by the keys of the judgements."""
    keys = {key: _judgement_key(node) for key, node in graph.nodes.items()}
    return {
        (keys[key], keys[child]) for key, node in graph.nodes.items() for child in node.requires if child in graph.nodes
    }


def list_extra_edges(graph: Graph) -> dict[tuple[str, str], str]:
    """Those of the edges that one extra alone makes, with the extra."""
    return {
        (_judgement_key(node), _judgement_key(graph.nodes[child])): extra
        for node in graph.nodes.values()
        for extra, brought in node.brought_by_extra.items()
        for child in brought
        if child in graph.nodes
    }


def _judgement_key(node: Node) -> str:
    return f"{node.name}=={node.chosen.version}" if node.chosen else str(node.name)


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
        inside = inspected or Inspected()
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
            others_ask=combine(want.specifier for want in node.wants if want.parent is not None),
            required_by=required_by,
            contents=inside.wheel.contents if inside.wheel else None,
            imports=inside.imports,
            sdist=inside.sdist,
            inspect_failure=inside.failure,
        )

    def judge(self, node: Node, inspected: Inspected | None) -> Judged:
        """A node with everything that was found on it."""
        return self._judge(self.subject(node, inspected), self.declared.get(node.name, ()))

    def weigh(
        self, judged: Mapping[str, Judged], edges: Edges, inspected: Mapping[str, Inspected]
    ) -> tuple[dict[str, Judged], Bundle | None]:
        """The nodes with what their size together adds to the findings on the largest."""
        contents = {key: one.wheel.contents for key, one in inspected.items() if one.wheel}
        weighed = weigh_bundle(
            {key: one.own_verdict for key, one in judged.items()},
            edges,
            {key: wheel.uncompressed_bytes - wheel.excluded_bytes for key, wheel in contents.items()},
            limit_bytes=self.target.limits.bundle_bytes,
        )
        told = dict(judged)
        for key, finding in weighed.findings.items():
            told[key] = self._add(judged[key], finding)
        return told, weighed.bundle

    def judge_nameless(self, dependency: Dependency) -> Judgement:
        """A path or URL that does not tell its name: nothing can be asked of an index."""
        one = self._judge(Subject(dependency=dependency, target=self.target, table=self.table), (dependency,))
        return _to_judgement(dependency, one, verdict=one.own_verdict)

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
        first = node.wants[0]
        specifier = combine(want.specifier for want in node.wants)
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


def _by_name(project: Project) -> Mapping[NormalizedName, tuple[Dependency, ...]]:
    grouped: dict[NormalizedName, tuple[Dependency, ...]] = {}
    for dependency in project.dependencies:
        if dependency.name is not None:
            grouped[dependency.name] = (*grouped.get(dependency.name, ()), dependency)
    return grouped


def _inherit(judged: Mapping[str, Judged], edges: Edges) -> dict[str, tuple[Verdict, Chain]]:
    """What each node has from below; an accepted unknown is passed up only where nothing that counts is."""
    accepted = {key: one.own_verdict if one.is_accepted else Verdict.WORKERS for key, one in judged.items()}
    counting = {key: Verdict.WORKERS if one.is_accepted else one.own_verdict for key, one in judged.items()}
    passed = {
        key: found
        for key, found in inherit_verdicts(accepted, edges).items()
        if judged[key].own_verdict is Verdict.WORKERS
    }
    return {**passed, **inherit_verdicts(counting, edges)}


def _contradiction(
    node: Node, chains: Mapping[str, tuple[Chain, ...]], constraint: SpecifierSet | None
) -> tuple[str, ...]:
    """Two requirements, or one and a constraint, that no version satisfies together; each with who asks for it."""
    if node.conflict is not None:
        sides = dict.fromkeys((node.conflict.kept, node.conflict.dropped, *node.wants))  # both may be the same one
        told = tuple(dict.fromkeys(_say_want(want, chains) for want in sides))[:2]
        if len(told) > 1:
            return told
    if constraint is None or node.candidates is None or node.satisfying:
        return ()
    wanted = combine(want.specifier for want in node.wants)
    if not node.candidates.satisfying(wanted):
        return ()
    return (_say_want(node.wants[0], chains), f"{node.name}{constraint} (a constraint)")


def _say_want(want: Want, chains: Mapping[str, tuple[Chain, ...]]) -> str:
    """A requirement with the chain that it comes by."""
    if want.parent is None:
        return f"{want.name}{want.specifier} (asked for by the project)"
    known = chains.get(want.parent, ())
    return f"{want.name}{want.specifier} (required by {' → '.join(known[0] if known else (want.parent,))})"


def _inherited_finding(verdict: Verdict, chain: Chain, judged: Mapping[str, Judged], advice: str | None) -> Finding:
    told = " → ".join(chain)
    cause = judged[chain[-1]]
    blocked = verdict is Verdict.CONTAINER
    why = next((f for f in cause.findings if (f.level is Level.BLOCKER) is blocked), None)
    need = "needs a container" if blocked else "could not be judged"
    finding = Finding(
        rule=Rule.CS109,
        level=Level.BLOCKER if blocked else Level.CAUTION,
        message=f"requires {chain[-1]}, which {need}: {told}",
        evidence=(
            Evidence(fact=told, origin=why.message if why else chain[-1], strength=Strength.PROVEN),
            *(cause.findings[0].evidence[:1] if cause.findings else ()),
        ),
        remedy=advice or (why.remedy if why else None),
    )
    return accept(finding, f"accepted for {chain[-1]}") if cause.is_accepted else finding


def _to_judgement(dependency: Dependency, one: Judged, *, verdict: Verdict) -> Judgement:
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
        artifact=subject.wheel,
        findings=one.findings,
        alternative=_alternative(subject.row),
    )


def _alternative(row: IncompatibleRow | None) -> Alternative | None:
    if row is None or row.alternative is None:
        return None
    return Alternative(use=row.use, url=tables.load_alternatives()[row.alternative].url)
