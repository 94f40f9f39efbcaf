"""Each node of a resolved tree as the rules look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from scanner.inputs.projects import Project
from scanner.inputs.table_rows import Listed
from scanner.inspect.distributions import Inspected
from scanner.judge.rules import Subject
from scanner.model.dependency import Dependency, Location
from scanner.model.graph import Chain
from scanner.model.requirement import Requirement
from scanner.model.specifiers import combine, find_pin
from scanner.resolve import Graph, Node

_NOT_INSPECTED = Inspected()
Chains = Mapping[str, tuple[Chain, ...]]


def group_declared(project: Project) -> dict[NormalizedName, tuple[Dependency, ...]]:
    """The declarations of a project by name, in the order of the files."""
    grouped: dict[NormalizedName, tuple[Dependency, ...]] = {}
    for dependency in project.dependencies:
        if dependency.name is not None:
            grouped[dependency.name] = (*grouped.get(dependency.name, ()), dependency)
    return grouped


def combine_transitive(graph: Graph) -> dict[NormalizedName, SpecifierSet]:
    """What packages of a tree require of each, whichever part of it they are in."""
    wants: dict[NormalizedName, list[SpecifierSet]] = {}
    for node in graph.nodes.values():
        wants.setdefault(node.name, []).extend(want.specifier for want in node.requirements if want.parent is not None)
    return {name: combine(specifiers) for name, specifiers in wants.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectMaker:
    """What all subjects of one project share."""

    project: Project
    listed: Listed
    declared: Mapping[NormalizedName, tuple[Dependency, ...]]
    chains: Chains
    transitive: Mapping[NormalizedName, SpecifierSet]
    """What packages of the tree require of each other."""

    def nameless(self, dependency: Dependency) -> Subject:
        """A path or URL of unknown name: no index can be asked about it."""
        return Subject(dependency=dependency, target=self.project.target, table=self.project.settings.table)

    def make(self, node: Node, inspected: Inspected | None) -> Subject:
        """A node as the rules look at it."""
        inside = inspected or _NOT_INSPECTED
        dependency, required_by = self._represent(node)
        return Subject(
            dependency=dependency,
            target=self.project.target,
            table=self.project.settings.table,
            row=self.listed.get(node.name),
            candidates=node.candidates,
            satisfying=node.satisfying,
            chosen=node.chosen,
            failure=node.failure,
            contradicting=_contradiction(node, self.chains, self.project.constraints.get(node.name)),
            is_own_choice=self._is_own_choice(node),
            passed_over=node.passed_over,
            requires_unknown=node.requires_unknown,
            requires_unusable=node.requires_unusable,
            others_ask=self.transitive.get(node.name, SpecifierSet()),
            required_by=required_by,
            contents=inside.wheel.contents if inside.wheel else None,
            imports=inside.imports,
            sdist=inside.sdist,
            inspect_failure=inside.failure,
        )

    def _is_own_choice(self, node: Node) -> bool:
        preferred = self.project.preferences.get(node.name)
        is_direct = any(want.parent is None for want in node.requirements)
        lowest = ("lowest", "lowest-direct") if is_direct else ("lowest",)
        is_preferred = node.chosen is not None and node.chosen.version == preferred
        return is_preferred or self.project.resolution.resolution in lowest

    def _represent(self, node: Node) -> tuple[Dependency, str | None]:
        """The declaration that stands for a node, and for a transitive one what requires it."""
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
            location=Location(path=self.project.files[0] if self.project.files else self.project.path, line=1),
            direct=False,
            text=first.text,
        )
        return dependency, str(first.parent) if first.parent else None


def _contradiction(node: Node, chains: Chains, constraint: SpecifierSet | None) -> tuple[str, ...]:
    """Two requirements, or one and a constraint, that no version satisfies together; each with its source."""
    if node.conflict is not None:
        sides = dict.fromkeys(
            (node.conflict.kept, node.conflict.dropped, *node.requirements)
        )  # both may be the same one
        described = tuple(dict.fromkeys(_describe_want(want, chains) for want in sides))[:2]
        if len(described) > 1:
            return described
    if constraint is None or node.candidates is None or node.satisfying:
        return ()
    if not node.candidates.satisfying(combine(want.specifier for want in node.requirements)):
        return ()
    return (_describe_want(node.requirements[0], chains), f"{node.name}{constraint} (a constraint)")


def _describe_want(want: Requirement, chains: Chains) -> str:
    """A requirement with the chain that leads to it."""
    if want.parent is None:
        return f"{want.name}{want.specifier} (required by the project)"
    known = chains.get(want.parent, ())
    return f"{want.name}{want.specifier} (required by {' → '.join(known[0] if known else (want.parent,))})"
