"""The error of a command."""


class CommandError(Exception):
    """What a command prints, as one sentence, before it exits with 1."""


class TerminatedError(KeyboardInterrupt):
    """SIGTERM came while something was waited for."""
