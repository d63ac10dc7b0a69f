"""What may stand where parameters are expected."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, Union

from launch.some_substitutions_type import SomeSubstitutionsType

SomeParameterFile = Union[SomeSubstitutionsType, pathlib.Path]  # noqa: UP007
SomeParameterName = SomeSubstitutionsType
SomeParameterValue = Any
SomeParametersDict = Mapping[Any, Any]
SomeParameters = Sequence[Any]
