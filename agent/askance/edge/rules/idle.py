"""What of the rules can never hold on a device, whatever it sees."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import combinations
from typing import Final, TypeAlias

from askance.edge.rules.conditions import All, AnyOf, Clause, Doubt, Inhibit, Not, late
from askance.edge.rules.context import Pose
from askance.edge.rules.document import RuleId
from askance.edge.rules.policy import Policy, Rule, Zone
from askance.edge.rules.relations import exclusive, implies
from askance.edge.values import Measure
from askance.settings import KeyPath, nearest
from askance.settings.document import write_path


@dataclass(frozen=True, slots=True)
class Site:
    """The cameras and models that rules are held against; of what is None nobody knows, and nothing is said.

    Attributes:
        poses: where the cameras look.
        floors: by the id of each label that the models see, the least that a candidate's score can be.
        signals: those that can be answered.
        camera_key: the key or option that names a camera.
        posing: what to do for a camera to look where a zone is.
        absent: what is said of a camera that is none of them.
    """

    poses: Collection[Pose] | None = None
    floors: Mapping[int, float] | None = None
    signals: frozenset[str] | None = None
    camera_key: str = "cameras.id"
    posing: str = "see `cameras.pose`, or tell it while it runs: `askance edge pose`"
    absent: str = "which is not there"


class Cause(StrEnum):
    """Why something never holds."""

    CLASS = "class"
    BAND = "band"
    CONTRADICTION = "contradiction"
    LATE = "late"
    SIGNAL = "signal"
    ZONE = "zone"


WRONG: Final = frozenset({Cause.CLASS, Cause.BAND, Cause.CONTRADICTION, Cause.LATE})
"""What was hardly meant; a signal may wait for a model, and a zone for a camera."""


@dataclass(frozen=True, slots=True)
class Idle:
    """A part of a rule that never holds.

    Attributes:
        rule: whose.
        cause: why.
        text: a sentence that names file and line where they are known.
        hint: what to do.
    """

    rule: RuleId
    cause: Cause
    text: str
    hint: str

    def __str__(self) -> str:
        return f"{self.text}; {self.hint}"


def idle(policy: Policy, site: Site, *, names: Mapping[int, str]) -> tuple[Idle, ...]:
    """List what never holds, rule by rule.

    Args:
        policy: the rules.
        site: cameras and models.
        names: of the labels, by id.
    """
    found = [
        _tell(policy, rule, path=path, found=(cause, what, hint))
        for rule in policy.rules
        for path, cause, what, hint in (
            *_late(rule),
            *_contradictions(rule),
            *_measures(rule, site, names=names),
            *_zones(rule, site),
        )
    ]
    return tuple(dict.fromkeys(found))


_Found: TypeAlias = tuple[KeyPath, Cause, str, str]
_Demand: TypeAlias = tuple[KeyPath, Clause, bool]


def _tell(policy: Policy, rule: Rule, *, path: KeyPath, found: tuple[Cause, str, str]) -> Idle:
    place, (cause, what, hint) = policy.place((rule.id, *path)), found
    return Idle(rule.id, cause, f"{'' if place is None else f'{place}: '}rule {rule.id}: {what}", hint)


def _walk(clause: Clause, path: KeyPath) -> Iterator[tuple[KeyPath, Clause]]:
    """List a clause and all that stands in it, each with the keys that lead to it."""
    yield path, clause
    for inner, part in _parts(clause, path):
        yield from _walk(part, inner)


def _parts(clause: Clause, path: KeyPath) -> Iterator[tuple[KeyPath, Clause]]:
    match clause:
        case All(parts) | AnyOf(parts):
            key = "all" if isinstance(clause, All) else "any"
            yield from (((*path, key, index), part) for index, part in enumerate(parts))
        case Not(part):
            yield (*path, "not"), part
        case Inhibit(part):
            yield (*path, "inhibit", "when"), part
        case _:
            pass


def _measures(rule: Rule, site: Site, *, names: Mapping[int, str]) -> Iterator[_Found]:
    """Find signals that nothing answers, classes that no model sees, and bands in which nothing scores."""
    for path, clause in _walk(rule.when, ("when",)):
        if isinstance(clause, Doubt):
            wish = clause.measure
            here = (*path, wish.signal)
            if site.signals is not None and wish.signal not in site.signals:
                yield here, Cause.SIGNAL, f"no model gives evidence for {wish.signal}: it never holds", _ANOTHER
            if site.floors is not None:
                yield from _unseen(wish, here, floors=site.floors, names=names)


_ANOTHER: Final = "see `askance models ls`"


def _unseen(wish: Measure, path: KeyPath, *, floors: Mapping[int, float], names: Mapping[int, str]) -> Iterator[_Found]:
    seen = [names[label] for label in floors]
    asked = floors.keys() if wish.label_ids is None else wish.label_ids
    for name in sorted(names.get(label, str(label)) for label in asked - floors.keys()):
        near = nearest(name, seen)
        meant = f"did you mean `{near}`? " if near is not None else ""
        never = "it never holds" if asked.isdisjoint(floors) else "that class never counts"
        hint = f"{meant}take it out, or name a model that sees it with `detector.model`"
        yield (*path, "classes"), Cause.CLASS, f"no model sees {name}: {never}", hint
    low, high = wish.low, wish.high
    floor = min((floors[label] for label in asked & floors.keys()), default=0.0)
    if low is not None and high is not None and high <= floor:
        what = (
            f"no candidate scores between {low:g} and {high:g}, the least that is kept is {floor:.2g}: it never holds"
        )
        yield (*path, "to"), Cause.BAND, what, "raise `to`, or lower `detector.floor`"


def _late(rule: Rule) -> Iterator[_Found]:
    """Find what holds only after a second look, and so never for a frame that could get one."""
    if late(rule.when):
        what = "it holds only after a second look, and a frame that nothing holds for gets none: it never keeps any"
        yield ("when",), Cause.LATE, what, "let it stand in `any`, beside what is seen at once"


def _contradictions(rule: Rule) -> Iterator[_Found]:
    """Find conditions that have to hold together and cannot."""
    pairs: set[tuple[KeyPath, KeyPath]] = set()
    for path, clause in _walk(rule.when, ("when",)):
        if isinstance(clause, All | Not):
            asked = list(_demands(clause, path, holds=True))
            pairs |= {
                (here, there)
                for (here, one, wanted), (there, other, too) in combinations(asked, 2)
                if _clash(one, other, wanted=(wanted, too))
            }
    for here, there in sorted(pairs, key=str):
        what = f"{write_path(here)} and {write_path(there)} exclude each other: together they never hold"
        yield there, Cause.CONTRADICTION, what, "take one of the two out, or let either of them be enough"


def _demands(clause: Clause, path: KeyPath, *, holds: bool) -> Iterator[_Demand]:
    """List which conditions have to hold (True) or must not (False) for a clause to hold, or not to."""
    together = All if holds else AnyOf
    match clause:
        case Not() | Inhibit() if holds or isinstance(clause, Not):
            turned = partial(_demands, holds=not holds)
            yield from (each for inner, part in _parts(clause, path) for each in turned(part, inner))
        case All(parts) | AnyOf(parts) if type(clause) is together or len(parts) == 1:
            yield from (each for inner, part in _parts(clause, path) for each in _demands(part, inner, holds=holds))
        case _:
            yield path, clause, holds


def _clash(one: Clause, other: Clause, *, wanted: tuple[bool, bool]) -> bool:
    """Whether two conditions, wanted to hold or not to, leave nothing."""
    match wanted:
        case True, True:
            return exclusive(one, other)
        case True, False:
            return implies(one, other)
        case False, True:
            return implies(other, one)
        case _:
            return False


def _zones(rule: Rule, site: Site) -> Iterator[_Found]:
    """Find zones that no camera looks at."""
    if site.poses is None:
        return
    for index, zone in enumerate(rule.zones):
        poses = [pose for camera, pose in site.poses if camera == zone.camera]
        said = _zone(zone, poses, site=site)
        if said is not None:
            yield ("zones", index), Cause.ZONE, *said


def _zone(zone: Zone, poses: Collection[str | None], *, site: Site) -> tuple[str, str] | None:
    """Say why nothing is in a zone, and what to do; None: there may be something."""
    if not poses:
        near = nearest(zone.camera, {camera for camera, _ in site.poses or ()})
        meant = f"did you mean {near}? " if near is not None else ""
        return f"a zone of camera {zone.camera}, {site.absent}", f"{meant}see `{site.camera_key}`"
    if zone.preset in {None, *poses}:
        return None
    where = ", ".join(dict.fromkeys(pose or "none" for pose in poses))
    what = f"a zone of camera {zone.camera} at pose {zone.preset}, but its pose is {where}: nothing counts there"
    return what, site.posing
