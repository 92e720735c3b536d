"""Rules that would cost a frame too much are refused, with rule, line, number and bound."""

import time
from pathlib import Path

import pytest

from askance.edge.rules import load_rules
from askance.edge.rules.bounds import COSTLY, MAX_BYTES, MAX_CONDITIONS
from askance.errors import ConfigError
from support_replay import coco
from support_rule_files import many, write


def refusal(*paths: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_rules(paths, labels=coco())
    return caught.value


def bands(count: int) -> str:
    return "".join(f"\n        - near_threshold: {{from: 0.1, to: {0.2 + index / 1000}}}" for index in range(count))


def test_more_conditions_than_a_frame_bears_are_refused_with_rule_line_number_and_bound(tmp_path: Path) -> None:
    few = "version: 1\nrules:\n  - id: few\n    when: {manual: {}}\n"
    path = write(tmp_path, f"{few}  - id: many\n    when:\n      any:{bands(MAX_CONDITIONS - 2)}\n")
    assert len(load_rules([path], labels=coco()).rules) == 2

    other = write(tmp_path, "version: 1\nrules: [{id: last, when: {manual: {}}}]\n", "more.yaml")
    error = refusal(path, other)
    assert str(error).startswith(
        f"{other}:2: rule last: at most {MAX_CONDITIONS} conditions in all rules together: {MAX_CONDITIONS + 1}, "
        "of which 1 are in this rule"
    )
    assert error.hint is not None
    assert "name several classes in one condition" in error.hint


@pytest.mark.parametrize(("name", "counts"), COSTLY.items())
def test_a_costly_condition_counts_for_several(tmp_path: Path, name: str, counts: int) -> None:
    errors = "".join(f"\n        - {name}: {{at_least: 0.5}}" for _ in range(MAX_CONDITIONS // counts))
    path = write(tmp_path, f"version: 1\nrules:\n  - id: many\n    when:\n      any:{errors}\n")
    assert f"{path}:4: rule many: at most {MAX_CONDITIONS} conditions" in str(refusal(path))


def test_ten_thousand_rules_are_refused_at_once(tmp_path: Path) -> None:
    path, began = write(tmp_path, many("a", 10_000)), time.process_time()
    error = refusal(path)

    assert str(error) == f"{path}: a rule file has at most {MAX_BYTES // 1024}KiB, got {path.stat().st_size}B"
    assert error.hint == "at most 32 rules in all files together; join rules with `any`"
    assert time.process_time() - began < 1


def test_as_many_rules_as_a_file_can_hold_are_refused_within_seconds(tmp_path: Path) -> None:
    path, began = write(tmp_path, many("a", 5000)), time.process_time()

    assert str(refusal(path)).startswith(f"{path}:2: rules: expected at most 32 entries, got 5000")
    assert time.process_time() - began < 30
