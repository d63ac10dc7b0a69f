"""Questions about classes."""

import inspect
from typing import Any


def is_a(obj: Any, entity_type: type) -> bool:
    """Return whether the object is an instance of exactly this class."""
    return isinstance(obj, entity_type) and type(obj) is entity_type


def is_a_subclass(obj: Any, entity_type: Any) -> bool:
    """Return whether the object, or class, is of the class or of one derived from it."""
    if isinstance(obj, entity_type):
        return True
    return inspect.isclass(obj) and issubclass(obj, entity_type)
