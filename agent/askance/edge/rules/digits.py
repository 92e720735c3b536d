"""Numbers in sentences: with as many digits as it takes that the sentence is true."""

from collections.abc import Sequence


def apart(measured: float, limit: float, *, places: int) -> tuple[str, str]:
    """Write two finite numbers that a sentence compares; they look alike only where they are.

    Args:
        measured: the one.
        limit: the other.
        places: decimals that are written in any case.
    """
    said = f"{measured:.{places}f}", f"{limit:.{places}f}"
    return said if said[0] != said[1] or measured == limit else apart(measured, limit, places=places + 1)


def beside(measured: float, limits: Sequence[float], *, digits: int = 6) -> tuple[str, ...]:
    """Write a number and the limits that a sentence compares it with; it looks like one of them only where it is it.

    Args:
        measured: the number, perhaps infinite or none.
        limits: finite ones.
        digits: significant ones that are written, trailing zeros left out, if they are enough.
    """
    number, *others = said = tuple(f"{each:.{digits}g}" for each in (measured, *limits))
    alike = (number == other and measured != limit for other, limit in zip(others, limits, strict=True))
    return beside(measured, limits, digits=digits + 1) if any(alike) else said
