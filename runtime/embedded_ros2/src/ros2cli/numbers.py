"""Numbers on the command line that must lie in a range."""

from argparse import ArgumentTypeError


def unsigned_int(text: str) -> int:
    """Return an integer of at least 0."""
    return _integer(text, 0, "value must be non-negative integer")


def positive_int(text: str) -> int:
    """Return an integer of at least 1."""
    return _integer(text, 1, "value must be a positive integer")


def positive_float(text: str) -> float:
    """Return a number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not value > 0.0:
        raise ArgumentTypeError(f"value must be greater than zero, not '{text}'")
    return value


def _integer(text: str, least: int, sentence: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if value < least:
        raise ArgumentTypeError(sentence)
    return value
