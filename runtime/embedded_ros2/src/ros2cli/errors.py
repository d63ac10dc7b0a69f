"""The error of a command."""


class CommandError(Exception):
    """What a command prints, as one sentence, before it exits with 1."""
