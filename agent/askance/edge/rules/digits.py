"""Numbers in sentences: with as many digits as it takes that the sentence is true."""


def apart(measured: float, limit: float, *, places: int) -> tuple[str, str]:
    """Write two finite numbers that a sentence compares; they look alike only where they are.

    Args:
        measured: the one.
        limit: the other.
        places: decimals that are written in any case.
    """
    said = f"{measured:.{places}f}", f"{limit:.{places}f}"
    return said if said[0] != said[1] or measured == limit else apart(measured, limit, places=places + 1)
