"""Rule files become a policy: names resolved, twins and unknown classes refused with their lines."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from askance.edge.rules import document as written
from askance.edge.rules.budgets import Limits
from askance.edge.rules.conditions import All, AnyOf, Clause, Doubt, Fault, Not
from askance.edge.rules.lottery import Lottery
from askance.edge.rules.policy import Policy, Rule
from askance.edge.values import Measure
from askance.errors import ConfigError
from askance.labels import LabelMap
from askance.settings import Document, KeyPath, Place, read_document, validate
from askance.wire.capture import Arm, Priority

_HASH_DIGITS: Final = 8


def load_rules(paths: Sequence[Path], *, labels: LabelMap) -> Policy:
    """Read rule files into one policy.

    Args:
        paths: the files; their rules follow each other.
        labels: the label map that classes are looked up in, aliases included.

    Raises:
        ConfigError: a file cannot be read, a key, value, bound or class is wrong, two rules have the same id, or there
            are too many; the message names file and line.
    """
    rules: dict[written.RuleId, Rule] = {}
    places: dict[written.RuleId, Place] = {}
    for path in paths:
        document = read_document(path, hint="see `askance config example rules`")
        file = validate(written.RuleFile, document)
        for index, rule in enumerate(file.rules):
            place = document.place(("rules", index, "id"))
            _refuse_twin(rule.id, place, earlier=places)
            places[rule.id] = place
            reader = _Reader(document, labels)
            rules[rule.id] = _compile(rule, reader.clause(rule.when, ("rules", index, "when")), version=file.version)
    if len(rules) > written.MAX_RULES:
        raise ConfigError(
            f"at most {written.MAX_RULES} rules in all files together: {len(rules)}", hint="join rules with `any`"
        )
    return Policy(tuple(rules.values()))


def _refuse_twin(rule: written.RuleId, place: Place, *, earlier: dict[written.RuleId, Place]) -> None:
    if rule in earlier:
        raise ConfigError(f"{place}: duplicate rule id: {rule}, already at {earlier[rule]}", hint="rename one of them")


def _compile(rule: written.Rule, when: Clause, *, version: int) -> Rule:
    text = rule.model_dump_json(by_alias=True, exclude_defaults=True)
    return Rule(
        id=rule.id,
        version=f"{version}-{sha256(text.encode()).hexdigest()[:_HASH_DIGITS]}",
        when=when,
        weights=None if rule.value is None else rule.value.weights.model_dump(),
        limits=Limits(rule.budget.frames, rule.budget.bytes),
        pause_ns=_ns(None if rule.cooldown is None else rule.cooldown.rule),
        scene_ns=_ns(None if rule.cooldown is None else rule.cooldown.scene),
        capture=rule.mode == "capture",
        arm=rule.arm or (Arm.RANDOM if rule.draws_lots else Arm.UNCERTAINTY),
        priority=Priority[rule.priority.upper()],
        expires=rule.expires,
    )


def _ns(duration: timedelta | None) -> int:
    return 0 if duration is None else duration // timedelta(microseconds=1) * 1000


class _Reader:
    """Resolves the classes of one file's conditions."""

    def __init__(self, document: Document, labels: LabelMap) -> None:
        self._document = document
        self._labels = labels

    def clause(self, condition: written.Condition, path: KeyPath) -> Clause:
        """Compile the condition that stands at ``path``."""
        if condition.every is not None:
            return All(self._clauses(condition.every, (*path, "all")))
        if condition.some is not None:
            return AnyOf(self._clauses(condition.some, (*path, "any")))
        if condition.negated is not None:
            return Not(self.clause(condition.negated, (*path, "not")))
        return self._leaf(condition, path)

    def _clauses(self, conditions: Sequence[written.Condition], path: KeyPath) -> tuple[Clause, ...]:
        return tuple(self.clause(condition, (*path, index)) for index, condition in enumerate(conditions))

    def _leaf(self, condition: written.Condition, path: KeyPath) -> Clause:
        if condition.near_threshold is not None:
            band = condition.near_threshold
            wish = self._measure("near_threshold", band.classes, path=path)
            return Doubt(replace(wish, low=band.from_, high=band.to), 0.0)
        for signal, given in condition:
            if isinstance(given, written.Doubtful):
                return Doubt(self._measure(signal, given.classes, path=path), given.at_least)
        if condition.quality is not None:
            return Fault(**condition.quality.model_dump())
        assert condition.random is not None  # noqa: S101 (the document allows exactly one key, and no other is left)
        return Lottery(condition.random.rate or condition.random.probability or 0.0)

    def _measure(self, signal: str, classes: Sequence[str] | None, *, path: KeyPath) -> Measure:
        if classes is None:
            return Measure(signal)
        ids = [self._label(name, (*path, signal, "classes", index)) for index, name in enumerate(classes)]
        return Measure(signal, frozenset(ids))

    def _label(self, name: str, path: KeyPath) -> int:
        label = self._labels.find(name)
        if label is None:
            near = self._labels.nearest(name)
            raise ConfigError(
                f"{self._document.place(path)}: unknown class: {name}",
                hint=f"{f'did you mean `{near}`? ' if near else ''}classes are those of label map {self._labels.tag}",
            )
        return label.id
