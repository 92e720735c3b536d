"""How long to wait before the next attempt: exponential, capped, jittered so that a fleet does not return at once.

Full jitter as in M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
"""


def full_jitter_s(attempt: int, draw: float, *, base_s: float, cap_s: float) -> float:
    """Return the seconds to wait after ``attempt`` failures (1 = the first).

    Args:
        attempt: failures in a row, at least 1.
        draw: a random number in [0, 1).
        base_s: the greatest wait after the first failure.
        cap_s: the greatest wait at all.
    """
    exponent = min(attempt - 1, 62)
    return draw * min(cap_s, base_s * 2.0**exponent)
