"""The output of a command."""

import os
import shlex
import subprocess

from ..launch_context import LaunchContext
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions
from .substitution_failure import SubstitutionFailure


class Command(Substitution):
    """Stands for what a command prints.

    ``on_stderr`` says what output on standard error means: ``fail`` (the default), ``ignore``,
    ``warn`` or ``capture`` (it becomes part of the text).
    """

    def __init__(
        self, command: SomeSubstitutionsType, *, on_stderr: SomeSubstitutionsType = "fail"
    ) -> None:
        self.__command = normalize_to_list_of_substitutions(command)
        self.__on_stderr = normalize_to_list_of_substitutions(on_stderr)

    @property
    def command(self) -> list[Substitution]:
        """The command line's parts."""
        return self.__command

    @property
    def on_stderr(self) -> list[Substitution]:
        """What output on standard error means."""
        return self.__on_stderr

    def describe(self) -> str:
        """Return the substitution as it is written in a listing."""
        return f"Command({' + '.join(s.describe() for s in self.command)})"

    def perform(self, context: LaunchContext) -> str:
        """Run the command and return its output.

        Raises:
            SubstitutionFailure: it is not there, exits non-zero, or complains.
        """
        text = perform_substitutions(context, self.command)
        on_stderr = perform_substitutions(context, self.on_stderr)
        if on_stderr not in ("fail", "ignore", "warn", "capture"):
            raise SubstitutionFailure(
                "expected 'on_stderr' to be one of: 'fail', 'ignore', 'warn' or 'capture'"
            )
        errors = subprocess.STDOUT if on_stderr == "capture" else subprocess.PIPE
        try:
            done = subprocess.run(
                shlex.split(text),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=dict(context.environment),
                check=False,
            )
        except FileNotFoundError as error:
            raise SubstitutionFailure(f"file not found: {error}") from None
        if done.returncode != 0:
            raise SubstitutionFailure(
                f"executed command failed. Command: {text}{os.linesep}"
                f"Captured stderr output: {done.stderr or ''}"
            )
        if done.stderr and on_stderr == "fail":
            raise SubstitutionFailure(
                f"executed command showed stderr output. Command: {text}{os.linesep}"
                f"Captured stderr output:{os.linesep}{done.stderr}"
            )
        if done.stderr and on_stderr == "warn":
            from ..logging import get_logger

            get_logger(__name__).warning(
                f"executed command showed stderr output. Command: {text}{os.linesep}"
                f"Captured stderr output:{os.linesep}{done.stderr}"
            )
        return done.stdout
