"""Parameters whose values are known only while launching."""

import os
import tempfile
from pathlib import Path
from typing import Any

import yaml

from launch.launch_context import LaunchContext
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.substitution import Substitution
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch.utilities.type_utils import normalize_typed_substitution, perform_typed_substitution

from .utilities.yaml_values import coerce, is_substitutions, perform_in_text


class ParameterValue:
    """The value of a parameter, with a type that YAML is not left to guess.

    Args:
        value: a value, or substitutions.
        value_type: ``bool``, ``int``, ``float``, ``str``, a ``List[...]`` of these, or None for
            whatever YAML makes of the text.
    """

    def __init__(self, value: Any, *, value_type: Any = None) -> None:
        self.__value = _normalized(value)
        self.__value_type = value_type
        self.__evaluated: Any = None

    @property
    def value(self) -> Any:
        """The value; evaluated once it is."""
        return self.__value if self.__evaluated is None else self.__evaluated

    @property
    def value_type(self) -> Any:
        """The type."""
        return self.__value_type

    def evaluate(self, context: LaunchContext) -> Any:
        """Return the value.

        Raises:
            ValueError: the text is not of the type.
        """
        self.__evaluated = coerce(_performed(context, self.__value), self.__value_type)
        return self.__evaluated


def _normalized(value: Any) -> Any:
    if is_substitutions(value):
        return normalize_to_list_of_substitutions(value)
    return value


def _performed(context: LaunchContext, value: Any) -> Any:
    if is_substitutions(value):
        return perform_substitutions(context, normalize_to_list_of_substitutions(value))
    return value


class Parameter:
    """A parameter of a node: name and value.

    Args:
        name: the name.
        value: a value, substitutions, or a `ParameterValue`.
        value_type: see `ParameterValue`.
    """

    def __init__(
        self,
        name: SomeSubstitutionsType,
        value: Any,
        *,
        value_type: Any = None,
        description: str | None = None,
    ) -> None:
        self.__name = normalize_to_list_of_substitutions(name)
        self.__value = (
            value
            if isinstance(value, ParameterValue)
            else ParameterValue(value, value_type=value_type)
        )
        self.__description = description

    @property
    def name(self) -> list[Substitution]:
        """The name."""
        return self.__name

    @property
    def value(self) -> Any:
        """The value."""
        return self.__value.value

    @property
    def value_type(self) -> Any:
        """The type."""
        return self.__value.value_type

    def evaluate(self, context: LaunchContext) -> tuple[str, Any]:
        """Return (name, value)."""
        return perform_substitutions(context, self.__name), self.__value.evaluate(context)


class ParameterFile:
    """A YAML file of parameters.

    Args:
        param_file: the path.
        allow_substs: whether ``$(...)`` in the file is substituted; a temporary file is written.
    """

    def __init__(
        self,
        param_file: SomeSubstitutionsType | os.PathLike[str],
        *,
        allow_substs: bool | SomeSubstitutionsType = False,
    ) -> None:
        if isinstance(param_file, os.PathLike):
            param_file = os.fspath(param_file)
        self.__param_file = normalize_to_list_of_substitutions(param_file)
        self.__allow_substs = normalize_typed_substitution(allow_substs, bool)
        self.__evaluated: Path | None = None
        self.__created: Path | None = None

    @property
    def param_file(self) -> Any:
        """The path; evaluated once it is."""
        return self.__param_file if self.__evaluated is None else self.__evaluated

    @property
    def allow_substs(self) -> Any:
        """Whether ``$(...)`` in the file is substituted."""
        return self.__allow_substs

    def evaluate(self, context: LaunchContext) -> Path:
        """Return the path of the file to give to a node."""
        if self.__evaluated is not None:
            return self.__evaluated
        path = Path(perform_substitutions(context, self.__param_file))
        if perform_typed_substitution(context, self.__allow_substs, bool):
            text = perform_in_text(context, path.read_text(encoding="utf-8"))
            yaml.safe_load(text)
            with tempfile.NamedTemporaryFile(
                mode="w", prefix="launch_params_", suffix=".yaml", delete=False
            ) as stream:
                stream.write(text)
            path = self.__created = Path(stream.name)
        self.__evaluated = path
        return path

    def cleanup(self) -> None:
        """Remove the temporary file, if there is one."""
        if self.__created is not None:
            self.__created.unlink(missing_ok=True)
            self.__created = None
            self.__evaluated = None
