"""What may stand where remappings are expected."""

from collections.abc import Iterable

from launch.some_substitutions_type import SomeSubstitutionsType

SomeRemapRule = tuple[SomeSubstitutionsType, SomeSubstitutionsType]
SomeRemapRules = Iterable[SomeRemapRule]
