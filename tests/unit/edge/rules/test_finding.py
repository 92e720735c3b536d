"""The evidence of a tree is what held and speaks for a match, and circumstances speak last."""

import pytest

from askance.edge.rules.finding import Finding

NEAR, DARK = Finding(True, "near_threshold", 0.3, "car"), Finding(True, "quality", 0.2, "dark")
DAY, MISSED = Finding(True, "schedule", 1.0, "mon"), Finding(False, "entropy", 0.9, "few")


def tree(*parts: Finding, clause: str = "all") -> Finding:
    return Finding(True, clause, 0.0, "", parts=parts)


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        pytest.param(NEAR, [NEAR], id="leaf"),
        pytest.param(MISSED, [], id="did not hold"),
        pytest.param(tree(NEAR, tree(DARK, DAY), MISSED), [NEAR, DARK, DAY], id="nested"),
        pytest.param(tree(tree(NEAR, clause="not"), tree(NEAR, clause="inhibit"), DARK), [DARK], id="negative"),
    ],
)
def test_the_evidence_is_what_held_and_stands_under_no_negation(finding: Finding, expected: list[Finding]) -> None:
    assert list(finding.evidence()) == expected


def test_the_strongest_evidence_is_a_circumstance_only_where_there_is_no_other() -> None:
    nothing = tree(clause="not")

    assert tree(DAY, DARK, NEAR).strongest() == NEAR
    assert tree(DAY).strongest() == DAY
    assert nothing.strongest() == nothing
