"""A rule pauses after it has paid."""

import pytest

from askance.edge.rules.budgets import Purse
from askance.edge.rules.cooldown import cooling
from askance.edge.values import Spending

PAID = Purse().pay(Spending("r", 100, 1, 1), memory_ns=10)


@pytest.mark.parametrize(
    ("purse", "pause_ns", "now_ns", "expected"),
    [
        pytest.param(Purse(), 10, 100, False, id="never-paid"),
        pytest.param(PAID, 10, 100, True, id="at-once"),
        pytest.param(PAID, 10, 109, True, id="during"),
        pytest.param(PAID, 10, 110, False, id="over"),
        pytest.param(PAID, 0, 100, False, id="no-pause"),
    ],
)
def test_the_pause_ends_after_its_time(purse: Purse, pause_ns: int, now_ns: int, *, expected: bool) -> None:
    assert expected is cooling(purse, pause_ns, now_ns=now_ns)
