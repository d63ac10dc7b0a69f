"""A program with its arguments, folder and environment."""

import os
import re
import shlex
import threading
from collections.abc import Iterable
from typing import Any

from ..action import Action
from ..launch_context import LaunchContext
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..substitutions.launch_configuration import LaunchConfiguration
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions

_counter_lock = threading.Lock()
_counter = 0


def _next_number() -> int:
    global _counter
    with _counter_lock:
        _counter += 1
        return _counter


Pairs = list[tuple[list[Substitution], list[Substitution]]]


def _pairs(mapping: dict[Any, Any] | None) -> Pairs | None:
    if mapping is None:
        return None
    return [
        (normalize_to_list_of_substitutions(name), normalize_to_list_of_substitutions(value))
        for name, value in mapping.items()
    ]


class Executable:
    """Describes a program that may be run.

    Args:
        cmd: the words of the command line; each may be made of several substitutions.
        prefix: words to stand before the command; by default the launch configuration
            ``launch-prefix``, for names that match ``launch-prefix-filter``.
        name: name in the output; by default that of the program's file.
        cwd: working directory; by default that of the launch.
        env: the whole environment; by default that of the launch.
        additional_env: variables to add to it.
        arguments: further words.
    """

    def __init__(
        self,
        *,
        cmd: Iterable[SomeSubstitutionsType],
        prefix: SomeSubstitutionsType | None = None,
        name: SomeSubstitutionsType | None = None,
        cwd: SomeSubstitutionsType | None = None,
        env: dict[Any, Any] | None = None,
        additional_env: dict[Any, Any] | None = None,
        arguments: Iterable[SomeSubstitutionsType] | None = None,
    ) -> None:
        self.__cmd = [normalize_to_list_of_substitutions(word) for word in cmd]
        self.__cmd += [normalize_to_list_of_substitutions(word) for word in arguments or []]
        self.__arguments = arguments
        prefix_given = prefix is not None
        self.__prefix = normalize_to_list_of_substitutions(
            prefix if prefix_given else LaunchConfiguration("launch-prefix", default="")
        )
        self.__prefix_filter = normalize_to_list_of_substitutions(
            "" if prefix_given else LaunchConfiguration("launch-prefix-filter", default="")
        )
        self.__name = None if name is None else normalize_to_list_of_substitutions(name)
        self.__cwd = None if cwd is None else normalize_to_list_of_substitutions(cwd)
        self.__env = _pairs(env)
        self.__additional_env = _pairs(additional_env)
        self.__final_cmd: list[str] | None = None
        self.__final_name: str | None = None
        self.__final_cwd: str | None = None
        self.__final_env: dict[str, str] | None = None

    @property
    def name(self) -> list[Substitution] | None:
        """The name in the output, before substitution."""
        return self.__name

    @property
    def prefix(self) -> list[Substitution]:
        """The words before the command."""
        return self.__prefix

    @property
    def cmd(self) -> list[list[Substitution]]:
        """The command line, before substitution."""
        return self.__cmd

    @property
    def cwd(self) -> list[Substitution] | None:
        """The working directory, before substitution."""
        return self.__cwd

    @property
    def env(self) -> Pairs | None:
        """The environment, before substitution."""
        return self.__env

    @property
    def additional_env(self) -> Pairs | None:
        """The added variables, before substitution."""
        return self.__additional_env

    @property
    def arguments(self) -> Iterable[SomeSubstitutionsType] | None:
        """The further words."""
        return self.__arguments

    @property
    def final_name(self) -> str | None:
        """The name in the output, once prepared."""
        return self.__final_name

    @property
    def final_cmd(self) -> list[str] | None:
        """The command line, once prepared."""
        return self.__final_cmd

    @property
    def final_cwd(self) -> str | None:
        """The working directory, once prepared."""
        return self.__final_cwd

    @property
    def final_env(self) -> dict[str, str] | None:
        """The environment, once prepared."""
        return self.__final_env

    def apply_context(self, context: LaunchContext) -> None:
        """Perform the substitutions."""
        self.prepare(context, None)

    def prepare(self, context: LaunchContext, action: Action | None) -> None:
        """Perform the substitutions and number the process."""
        words = [perform_substitutions(context, word) for word in self.__cmd]
        if self.__name is not None:
            name = perform_substitutions(context, self.__name)
        else:
            name = os.path.basename(shlex.split(words[0])[0] if words[0].strip() else words[0])
        prefix = shlex.split(perform_substitutions(context, self.__prefix))
        pattern = perform_substitutions(context, self.__prefix_filter)
        if prefix and (not pattern or re.match(pattern, name)):
            words = prefix + words
        self.__final_cmd = words
        self.__final_name = f"{name}-{_next_number()}"
        if self.__cwd is not None:
            self.__final_cwd = perform_substitutions(context, self.__cwd)
        self.__final_env = self._environment(context)

    def _environment(self, context: LaunchContext) -> dict[str, str] | None:
        if self.__env is None and self.__additional_env is None:
            return dict(context.environment)
        env = {} if self.__env is not None else dict(context.environment)
        for pairs in (self.__env or [], self.__additional_env or []):
            for name, value in pairs:
                env[perform_substitutions(context, name)] = perform_substitutions(context, value)
        return env
