"""The action that runs a command line."""

from collections.abc import Iterable
from typing import Any

from ..descriptions import Executable
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from .execute_local import ExecuteLocal


class ExecuteProcess(ExecuteLocal):
    """Runs a command line; see `Executable` and `ExecuteLocal` for the arguments.

    Args:
        cmd: the words of the command line; each may be made of several substitutions.
        prefix: words to stand before the command.
        name: name in the output.
        cwd: working directory.
        env: the whole environment.
        additional_env: variables to add to the environment.
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
        **kwargs: Any,
    ) -> None:
        description = Executable(
            cmd=cmd, prefix=prefix, name=name, cwd=cwd, env=env, additional_env=additional_env
        )
        super().__init__(process_description=description, **kwargs)

    @property
    def name(self) -> str | None:
        """The name in the output, once prepared."""
        description = self.process_description
        if description.final_name is not None:
            return description.final_name
        if description.name is None:
            return None
        return "".join(part.describe() for part in description.name)

    @property
    def cmd(self) -> Any:
        """The command line, substituted once prepared."""
        description = self.process_description
        return description.final_cmd if description.final_cmd is not None else description.cmd

    @property
    def cwd(self) -> Any:
        """The working directory, substituted once prepared."""
        description = self.process_description
        return description.final_cwd if description.final_cwd is not None else description.cwd

    @property
    def env(self) -> Any:
        """The environment, substituted once prepared."""
        description = self.process_description
        return description.final_env if description.final_env is not None else description.env

    @property
    def additional_env(self) -> list[tuple[list[Substitution], list[Substitution]]] | None:
        """The added variables, before substitution."""
        return self.process_description.additional_env
