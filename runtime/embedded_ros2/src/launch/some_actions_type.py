"""What may stand where actions are expected."""

import collections.abc
from collections.abc import Iterable

from .launch_description_entity import LaunchDescriptionEntity

SomeActionsType = LaunchDescriptionEntity | Iterable[LaunchDescriptionEntity]
SomeActionsType_types_tuple = (LaunchDescriptionEntity, collections.abc.Iterable)
