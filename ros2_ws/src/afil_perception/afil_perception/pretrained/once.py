"""Models are loaded when they are first asked for, and once, however many threads ask."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class loaded_once(Generic[T]):  # noqa: N801 (a decorator, like cached_property)
    """A property that is made when it is first read; other threads wait for it.

    Args:
        make: Makes it.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self._name = ""
        self._lock = threading.Lock()
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> T:
        with self._lock:
            if self._name not in instance.__dict__:
                # From now on found before this class is asked.
                instance.__dict__[self._name] = self._make(instance)
        made: T = instance.__dict__[self._name]
        return made
