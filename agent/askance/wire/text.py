"""Text that somebody else wrote, made harmless to print."""


def printable(text: str) -> str:
    """Escape what would not stand in a line but act on it: control characters, turns of direction, half characters."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
