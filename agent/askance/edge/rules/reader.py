"""Rule files become a policy: names resolved, twins and unknown classes refused with their lines."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from askance.edge.rules import document as written
from askance.edge.rules import leaves
from askance.edge.rules.allowance import Cooldown
from askance.edge.rules.bounds import refuse_giant, refuse_many, size
from askance.edge.rules.budgets import Limits
from askance.edge.rules.circumstances import DAYS, Asked, Fence, Hours, Reading
from askance.edge.rules.conditions import All, AnyOf, Clause, Doubt, Fault, Inhibit, Not, Novel
from askance.edge.rules.lottery import Lottery
from askance.edge.rules.policy import Context, Policy, Rule, Zone
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
            are too many, of them or of their conditions; the message names file and line.
    """
    for path in paths:
        refuse_giant(path)
    return compile_rules([read_document(path, hint="see `askance config example rules`") for path in paths], labels)


def compile_rules(documents: Sequence[Document], labels: LabelMap) -> Policy:
    """Make one policy of the documents that were read from rule files.

    Raises:
        ConfigError: as ``load_rules`` does of what is written.
    """
    rules: dict[written.RuleId, Rule] = {}
    ids: dict[written.RuleId, Place] = {}
    places: dict[KeyPath, Place] = {}
    conditions = 0
    for document in documents:
        file = validate(written.RuleFile, document)
        for index, rule in enumerate(file.rules):
            place = document.place(("rules", index, "id"))
            _refuse_twin(rule.id, place, earlier=ids)
            ids[rule.id] = place
            conditions += size(rule.when)
            refuse_many(rule, document.place(("rules", index, "when")), conditions=conditions)
            reader = _Reader(document, labels)
            rules[rule.id] = _compile(rule, reader.clause(rule.when, ("rules", index, "when")), version=file.version)
        places |= _places(document, [rule.id for rule in file.rules])
    if len(rules) > written.MAX_RULES:
        raise ConfigError(
            f"at most {written.MAX_RULES} rules in all files together: {len(rules)}", hint="join rules with `any`"
        )
    return Policy(tuple(rules.values()), places)


def _places(document: Document, rules: Sequence[written.RuleId]) -> dict[KeyPath, Place]:
    """Return where each part of a file's rules is written, see ``Policy.places``."""
    return {
        (rules[path[1]], *path[2:]): place
        for path, place in document.places.items()
        if path[:1] == ("rules",) and len(path) > 1 and isinstance(path[1], int)
    }


def _refuse_twin(rule: written.RuleId, place: Place, *, earlier: dict[written.RuleId, Place]) -> None:
    if rule in earlier:
        raise ConfigError(f"{place}: duplicate rule id: {rule}, already at {earlier[rule]}", hint="rename one of them")


def _compile(rule: written.Rule, when: Clause, *, version: int) -> Rule:
    text = rule.model_dump_json(by_alias=True, exclude_defaults=True)
    pauses, around = rule.cooldown or Cooldown(), rule.context
    priority = rule.priority or ("requested" if rule.when.on_request else "doubtful")
    return Rule(
        id=rule.id,
        version=f"{version}-{sha256(text.encode()).hexdigest()[:_HASH_DIGITS]}",
        when=when,
        weights=None if rule.value is None else rule.value.weights.model_dump(exclude_defaults=True),
        limits=Limits(rule.budget.frames, rule.budget.bytes),
        pause_ns=_ns(pauses.rule),
        scene_ns=_ns(pauses.scene),
        slot_ns=_ns(rule.slot),
        context=None if around is None else Context(_ns(around.before), _ns(around.after), _ns(around.every)),
        track_ns=_ns(pauses.track),
        zone_ns=_ns(pauses.zone),
        capture=rule.mode == "capture",
        arm=rule.arm or _arm(rule),
        priority=Priority[priority.upper()],
        expires=rule.expires,
        zones=tuple(Zone(zone.camera, zone.preset, zone.include, zone.exclude) for zone in rule.zones),
    )


def _arm(rule: written.Rule) -> Arm:
    if rule.draws_lots:
        return Arm.RANDOM
    return Arm.MANUAL if rule.when.on_request else Arm.UNCERTAINTY


def _ns(duration: timedelta | None) -> int:
    return 0 if duration is None else duration // timedelta(microseconds=1) * 1000


def _minutes(time_of_day: str) -> int:
    hours, minutes = time_of_day.split(":")
    return 60 * int(hours) + int(minutes)


def _frame_wide(leaf: object) -> Clause:
    """Compile a leaf that is about no object."""
    match leaf:
        case leaves.QualityFaults():
            return Fault(**dict(leaf))
        case leaves.RandomDraw():
            return Lottery(leaf.rate or leaf.probability or 0.0)
        case leaves.Novelty():
            return Novel(leaf.at_least)
        case leaves.Schedule():
            return Hours(frozenset(map(DAYS.index, leaf.days or DAYS)), _minutes(leaf.from_), _minutes(leaf.to))
        case leaves.ReadingBand():
            return Reading(leaf.name, leaf.above, leaf.below)
        case leaves.Geofence():
            return Fence(leaf.centre, leaf.within)
        case _:  # the document allows exactly one key, and manual alone is left
            return Asked()


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
        if condition.inhibit is not None:
            inner = self.clause(condition.inhibit.when, (*path, "inhibit", "when"))
            return Inhibit(inner, _ns(condition.inhibit.for_))
        return self._leaf(condition, path)

    def _clauses(self, conditions: Sequence[written.Condition], path: KeyPath) -> tuple[Clause, ...]:
        return tuple(self.clause(condition, (*path, index)) for index, condition in enumerate(conditions))

    def _leaf(self, condition: written.Condition, path: KeyPath) -> Clause:
        name, leaf = next((name, leaf) for name, leaf in condition if leaf is not None)
        if isinstance(leaf, leaves.NearThreshold):
            wish = self._measure(name, leaf.classes, path=path)
            return Doubt(wish._replace(low=leaf.from_, high=leaf.to), 0.0)
        if isinstance(leaf, leaves.Doubtful):
            return Doubt(self._measure(name, leaf.classes, path=path), leaf.at_least)
        return _frame_wide(leaf)

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
