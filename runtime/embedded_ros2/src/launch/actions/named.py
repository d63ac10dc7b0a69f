"""What actions on named things share."""

from typing import Any

from ..action import Action
from ..event_handler import BaseEventHandler
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions


class NamedAction(Action):
    """The base of actions on a variable or configuration of a name."""

    def __init__(self, name: SomeSubstitutionsType, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.__name = normalize_to_list_of_substitutions(name)

    @property
    def name(self) -> list[Substitution]:
        """The name."""
        return self.__name


class NamedValueAction(NamedAction):
    """The base of actions that give a value to a name."""

    def __init__(
        self, name: SomeSubstitutionsType, value: SomeSubstitutionsType, **kwargs: Any
    ) -> None:
        super().__init__(name, **kwargs)
        self.__value = normalize_to_list_of_substitutions(value)

    @property
    def value(self) -> list[Substitution]:
        """The value."""
        return self.__value


class EventHandlerAction(Action):
    """The base of actions on an event handler."""

    def __init__(self, event_handler: BaseEventHandler, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.__event_handler = event_handler

    @property
    def event_handler(self) -> BaseEventHandler:
        """The event handler."""
        return self.__event_handler
