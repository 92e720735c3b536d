"""Credit and pauses are kept as long as they were meant."""

from askance.edge.sync.allowance import Allowance
from askance.wire.receipts import Receipts


def test_without_a_word_of_the_centre_our_own_bound_counts() -> None:
    assert 16 == Allowance(16).frames(0.0)


def test_a_credit_counts_for_a_while_and_never_raises_the_bound() -> None:
    on = Allowance(16)
    on.hear(Receipts(credit=3), 10.0, lasting_s=900.0)
    assert (3, 3, 16) == (on.frames(10.0), on.frames(909.9), on.frames(910.0))

    on.hear(Receipts(credit=100), 20.0, lasting_s=900.0)
    on.hear(Receipts(), 21.0, lasting_s=900.0)
    assert (16, 920.0) == (on.frames(30.0), on.credit_until)


def test_the_longer_pause_counts_unless_the_centre_starts_anew() -> None:
    on = Allowance(16)
    on.hear(Receipts(pause_s=60), 10.0, lasting_s=900.0)
    on.hear(Receipts(pause_s=1), 11.0, lasting_s=900.0)
    on.pause(30.0)
    assert 70.0 == on.pause_until

    on.pause(80.0)
    assert 80.0 == on.pause_until
    on.hear(Receipts(pause_s=2, hello=True), 12.0, lasting_s=900.0)
    assert 14.0 == on.pause_until


def test_on_another_line_all_begins_anew() -> None:
    on = Allowance(16)
    on.hear(Receipts(credit=0, pause_s=60), 10.0, lasting_s=900.0)
    on.forget()

    assert (16, 0.0) == (on.frames(11.0), on.pause_until)
