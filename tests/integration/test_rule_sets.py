"""The shipped rule sets: what they ask for can be had, and over real pictures they keep what they are meant to keep."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from askance import shipped
from askance.cli.rules import rules as commands
from askance.edge.config import DetectorSection
from askance.edge.detect.package import read_card
from askance.edge.rules import Rule, load_rules
from askance.edge.rules.circumstances import Fence, Hours, Reading
from askance.edge.rules.conditions import All, AnyOf, Clause, Fault, Inhibit, Not, walk
from askance.edge.rules.idle import Cause, Site, idle
from askance.edge.rules.slots import room
from askance.labels import LabelMap
from askance.units import Rate
from askance.wire.annotations import Annotation, Tag
from askance.wire.capture import Arm, Manifest, Priority, Role
from askance.wire.identity import CameraId
from support_rule_sets import DETECTOR, FPS, ROAD, RULES, Outcome, labels, model, play, replay, rules

SPEAKING = {
    "road-vehicle": {"unsure-walkers-and-riders", "unsure-traffic", "unsure-signs", "missed-on-the-road"},
    "ptz-security": {"unsure-people", "out-of-hours", "unsure-vehicles"},
    "agriculture": {"unsure-animals", "strangers", "unsure-plants"},
    "road-surface": {"unsure-road", "undecided-surface", "no-road"},
}
UNANSWERED = {
    "road-vehicle": [("rare-on-the-road", "rare_class")],
    "ptz-security": [],
    "agriculture": [("undecided-masks", "mask_dispersion"), ("rare-species", "rare_class")],
    "road-surface": [],
}
"""What the model of the use cannot tell; the label counts of a fleet are not shipped."""

ALIKE_BITS = 4
NEAR = 0.05
CLEAR = 0.2
OF_NO_OBJECT = {"novelty", "quality", "random", "all"}
"""Reasons that are about the picture or the lot, or, as that of no-road, about what is not there."""


@pytest.fixture(params=FPS)
def name(request: pytest.FixtureRequest) -> str:
    """A set of rules."""
    return str(request.param)


@pytest.fixture(scope="module", params=FPS)
def outcome(request: pytest.FixtureRequest, assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A set, played over pictures of its use."""
    return play(str(request.param), assets=assets, folder=tmp_path_factory.mktemp("set"))


def test_every_rule_is_bounded(name: str) -> None:
    text = (RULES / f"{name}.yaml").read_text()
    others = {str(rule.id): rule for rule in rules(name).rules}
    asked, lots = others.pop("asked-for"), others.pop("random")

    assert (asked.arm, asked.priority, lots.arm) == (Arm.MANUAL, Priority.REQUESTED, Arm.RANDOM)
    assert all(rule.limits.frames and rule.limits.bytes for rule in others.values())
    assert all(rule.pause_ns and rule.scene_ns for rule in others.values())
    assert all(rule.slot_ns or rule.priority is Priority.FILLER for rule in others.values())
    said = re.search(r"at most (\d+) MB a day where .*? asked for, at most (\d+) MB", text.replace("\n# ", " "))
    assert said is not None
    assert [sum(a_day(rule.limits.bytes) for rule in others.values()), a_day(asked.limits.bytes)] == [
        int(megabytes) * 1e6 for megabytes in said.groups()
    ]


@pytest.mark.parametrize("name", [*FPS, "default"])
def test_every_kind_of_bad_picture_has_a_small_quota_and_none_of_the_doubtful_ones(name: str) -> None:
    """A camera that drives has no usual view that it could lose."""
    asking = {
        str(rule.id): (rule, fault)
        for rule in rules(name).rules
        for fault in walk(rule.when)
        if isinstance(fault, Fault) and fault.glare_above is not None
    }
    ((rule, fault),) = asking.values()

    missing = {key for key, limit in asdict(fault).items() if limit is None}
    assert missing == ({"view_below"} if name.startswith("road") else set())
    assert rule.priority is Priority.FILLER
    assert a_day(rule.limits.bytes) <= 6e6
    if name == "default":
        assert ("bad-picture", 2) == (rule.id, a_day(rule.limits.frames))


def a_day(rate: Rate | None) -> float:
    assert rate is not None
    return rate.amount * 86400 / rate.period.total_seconds()


def test_what_nobody_knows_stops_no_rule(name: str) -> None:
    leaves = [(part, stops) for rule in rules(name).rules for part, stops in circumstances(rule.when, stops=True)]

    assert leaves
    assert [part for part, stops in leaves if stops] == []


def circumstances(clause: Clause, *, stops: bool) -> Iterator[tuple[Clause, bool]]:
    """List what readings and clocks tell, and whether the rule needs it to hold."""
    match clause:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from circumstances(part, stops=stops)
        case Not(part) | Inhibit(part):
            yield from circumstances(part, stops=not stops)
        case Hours() | Reading() | Fence():
            yield clause, stops
        case _:
            pass


def test_the_examples_in_its_comments_hold_together(name: str, tmp_path: Path) -> None:
    text = (RULES / f"{name}.yaml").read_text()
    extra = re.findall(r"^# +- (\{ id: .*\})$", text, re.MULTILINE)
    content = yaml.safe_load((shipped.folder("config") / "labels.yaml").read_text())
    content["labels"] += [yaml.safe_load(line) for line in extra]
    (tmp_path / "labels.yaml").write_text(yaml.safe_dump(content))
    (tmp_path / "rules.yaml").write_text(re.sub(r"^  #: ", "  ", text, flags=re.MULTILINE))
    shown = load_rules([tmp_path / "rules.yaml"], labels=LabelMap.load(tmp_path / "labels.yaml")).rules

    assert len(shown) - len(rules(name).rules) == text.count("#: - id: ") > 0


def test_check_finds_nothing_but_what_the_model_cannot_tell(name: str, assets: Path, tmp_path: Path) -> None:
    folder = model(name, assets=assets, folder=tmp_path)
    done = CliRunner().invoke(commands, ["check", str(RULES / f"{name}.yaml"), "--model", str(folder)])

    lacks = [
        (rule, f"no model gives evidence for {signal}: it never holds; see `askance models ls`")
        for rule, signal in UNANSWERED[name]
    ]
    said = [line.split(": rule ")[1].split(": ", 1) for line in done.stderr.splitlines()]
    assert (done.exit_code, [(rule, what) for rule, what in said]) == (0, lacks)


def test_the_start_tells_of_the_zones_to_be_drawn_alone(name: str) -> None:
    fleet, policy = labels(), rules(name)
    card = read_card(ROAD if name == "road-surface" else DETECTOR / "card.yaml")
    sees = frozenset(int(fleet.resolve(each).id) for each in card.classes if each is not None)
    site = Site([(CameraId("main"), None)], dict.fromkeys(sees, DetectorSection().floor))
    told = idle(policy, site, names={int(label.id): label.name for label in fleet.labels})

    assert [each.cause for each in told] == [Cause.ZONE] * len(told)
    assert all(each.text.endswith(": a zone of camera ptz, which is not there") for each in told)
    assert bool(told) == any(rule.zones for rule in policy.rules)


def test_what_should_speak_speaks(outcome: Outcome) -> None:
    paid = set[str]().union(*outcome.payers.values())

    assert SPEAKING[outcome.name] <= paid
    usual = ("no model gives evidence", "recordings tell nothing of", "matched no frame")
    assert all(any(words in note for words in usual) for note in outcome.notes)


def test_no_budget_is_overdrawn_and_no_slot_overfilled(outcome: Outcome) -> None:
    slotless = {rule.id for rule in outcome.policy.rules if not rule.slot_ns}
    for rule in outcome.policy.rules:
        mine = [payers for payers in outcome.payers.values() if rule.id in payers]
        size = sum(size for manifest, size in outcome.stored if pays(rule, manifest, outcome))
        # the clips are shorter than any period
        assert rule.limits.frames is None or len(mine) <= rule.limits.frames.amount, rule.id
        assert rule.limits.bytes is None or size <= rule.limits.bytes.amount, rule.id
        if rule.slot_ns:
            slots = outcome.seconds * 1e9 // rule.slot_ns + 1
            assert len([payers for payers in mine if not payers & slotless]) <= slots * room(rule), rule.id


def pays(rule: Rule, manifest: Manifest, outcome: Outcome) -> bool:
    if manifest.role is Role.TRIGGER:
        return rule.id in outcome.payers[manifest.frame_id]
    return rule.id in {reason.rule for reason in manifest.reasons}


def test_hardly_any_two_show_the_same(outcome: Outcome) -> None:
    repeats = {two.frame_id for one, two in combinations(outcome.kept, 2) if alike(one, two)}

    assert len(repeats) < 0.05 * len(outcome.kept)


@pytest.mark.parametrize("clip", ["crossing/img", "bikes.mp4"])
def test_the_default_rules_hardly_keep_two_that_show_the_same(assets: Path, clip: str) -> None:
    kept = replay("default", assets / "video" / clip).kept
    # the camera of bikes moves: there the picture alone tells; that of crossing stands, and people move before it
    same = hash_alike if clip == "bikes.mp4" else alike
    repeats = {two.frame_id for one, two in combinations(kept, 2) if same(one, two)}

    assert len(kept) > 3
    assert len(repeats) < 0.05 * len(kept)


def alike(one: Manifest, other: Manifest) -> bool:
    """Whether two pictures look the same and every clear object of either stands in the other."""
    mine, its = clear(one), clear(other)
    same = all(partnered(each, its) for each in mine) and all(partnered(each, mine) for each in its)
    return hash_alike(one, other) and same


def hash_alike(one: Manifest, other: Manifest) -> bool:
    """Whether two pictures look the same by their difference hashes."""
    return (int(one.image.dhash or "0", 16) ^ int(other.image.dhash or "0", 16)).bit_count() <= ALIKE_BITS


def clear(manifest: Manifest) -> list[tuple[str, float, float]]:
    side = max(manifest.image.width, manifest.image.height)
    return [(each.label, *middle(each, side=side)) for each in manifest.annotations if (each.score or 0.0) >= CLEAR]


def middle(annotation: Annotation, *, side: int) -> tuple[float, float]:
    assert not isinstance(annotation, Tag)
    return (annotation.x + annotation.width / 2) / side, (annotation.y + annotation.height / 2) / side


def partnered(one: tuple[str, float, float], others: Sequence[tuple[str, float, float]]) -> bool:
    label, x, y = one
    return any(label == its and max(abs(x - across), abs(y - down)) < NEAR for its, across, down in others)


def test_every_reason_names_what_is_there(outcome: Outcome) -> None:
    fleet = {label.name for label in labels().labels}
    for manifest in outcome.kept:
        for reason in manifest.reasons:
            # who is missing is none of the annotations
            pointed = {manifest.annotations[index].label for index in reason.objects} or fleet
            named = any(label in reason.text for label in pointed)
            assert named or reason.signal in OF_NO_OBJECT, (reason.rule, reason.text)
