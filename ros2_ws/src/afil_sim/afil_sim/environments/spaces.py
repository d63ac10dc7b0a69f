"""Gymnasium's spaces as named numbers."""

from __future__ import annotations

import re
from collections.abc import Container, Hashable, Iterator
from itertools import count
from typing import Any

import numpy as np
from gymnasium import spaces

from afil_core.errors import AfilError
from afil_core.world_protocol import CLOCK_TOPIC
from afil_sim.bodies import Vector
from afil_sim.environments.names import COMMAND, camera_of

STATE = "state"

_Path = tuple[Hashable, ...]


def numbered(prefix: str, size: int) -> tuple[str, ...]:
    """``prefix_0``, ``prefix_1`` and so on."""
    return tuple(f"{prefix}_{i}" for i in range(size))


class Observed:
    """The numbers in an observation, by the names of their streams.

    Each entry of a Dict or Tuple is a stream, at whatever depth, named after the way to it;
    anything else is one, ``state``. Pictures are left out, because the cameras see them.

    Args:
        space: The observation space.
    """

    def __init__(self, space: spaces.Space[Any]) -> None:
        self._parts: dict[str, tuple[_Path, spaces.Space[Any]]] = {}
        for path, part in _leaves(space):
            if _is_numbers(part):
                self._parts[_free(_stream(path), self._parts)] = path, part

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Names of the numbers of each stream."""
        return {
            stream: numbered(stream, spaces.flatdim(part))
            for stream, (_, part) in self._parts.items()
        }

    def read(self, observation: Any) -> dict[str, Vector]:
        """The numbers of each stream, float64 [N]."""
        found = {}
        for stream, (path, part) in self._parts.items():
            value = observation
            for key in path:
                value = value[key]
            found[stream] = np.asarray(spaces.flatten(part, value), dtype=np.float64).reshape(-1)
        return found


def _leaves(
    space: spaces.Space[Any], path: _Path = ()
) -> Iterator[tuple[_Path, spaces.Space[Any]]]:
    """What is in a space and has no parts itself, with the keys that lead to it."""
    if isinstance(space, spaces.Dict):
        for key, part in space.spaces.items():
            yield from _leaves(part, (*path, key))
    elif isinstance(space, spaces.Tuple):
        for i, part in enumerate(space.spaces):
            yield from _leaves(part, (*path, i))
    else:
        yield path, space


def _stream(path: _Path) -> str:
    """A name that a topic may have; command, clock and cameras have theirs."""
    name = re.sub(r"[\W_]+", "_", "_".join(map(str, path)), flags=re.ASCII).strip("_")
    if not name or name[0].isdigit():
        name = f"{STATE}_{name}".strip("_")
    taken = name in (COMMAND, CLOCK_TOPIC) or camera_of(name) != name
    return f"{name}_{STATE}" if taken else name


def _free(name: str, taken: Container[str]) -> str:
    """The name, or with a number from 2 on where it is taken."""
    others = (f"{name}_{i}" for i in count(2))
    return name if name not in taken else next(n for n in others if n not in taken)


def _is_numbers(space: spaces.Space[Any]) -> bool:
    is_image = isinstance(space, spaces.Box) and len(space.shape) > 1 and space.dtype == np.uint8
    return space.is_np_flattenable and not is_image


class Acted:
    """An action as numbers within limits, and back.

    A Box has its own numbers. A choice among n has n numbers from 0 to 1, the greatest of which
    is chosen; a binary one has one.

    Args:
        space: The action space.
        env: Name of the environment, for sentences.

    Attributes:
        low: Least value of each number, float64 [D].
        high: Greatest value of each number.
        names: Names of the numbers.
        binary: Names of those that are one end of their range or the other.

    Raises:
        AfilError: When the space has no limits, or is of another kind.
    """

    def __init__(self, space: spaces.Space[Any], env: str) -> None:
        self._space = space
        self._choices: tuple[int, ...] = ()
        self.binary: tuple[str, ...] = ()
        if isinstance(space, spaces.Box):
            self.low = np.asarray(space.low, dtype=np.float64).reshape(-1)
            self.high = np.asarray(space.high, dtype=np.float64).reshape(-1)
            self.names = numbered(COMMAND, self.low.size)
            if not (np.isfinite(self.low).all() and np.isfinite(self.high).all()):
                raise AfilError(
                    f"environment {env} has an action without limits ({space}); wrap it, e.g. in "
                    f"gymnasium.wrappers.RescaleAction"
                )
            return
        if isinstance(space, spaces.MultiBinary):
            self.names = self.binary = numbered("switch", int(np.prod(space.shape)))
        elif isinstance(space, spaces.Discrete | spaces.MultiDiscrete):
            counts = [space.n] if isinstance(space, spaces.Discrete) else space.nvec.reshape(-1)
            self._choices = tuple(int(n) for n in counts)
            self.names = tuple(
                name
                for i, n in enumerate(self._choices)
                for name in numbered("choice" if len(self._choices) == 1 else f"choice_{i}", n)
            )
        else:
            raise AfilError(
                f"environment {env} has an action of {type(space).__name__}; there are Box, "
                f"Discrete, MultiDiscrete and MultiBinary: wrap it into one of them"
            )
        self.low, self.high = np.zeros(len(self.names)), np.ones(len(self.names))

    @property
    def continuous(self) -> bool:
        """Whether numbers between two actions are actions."""
        return isinstance(self._space, spaces.Box)

    def decode(self, numbers: Vector) -> Any:
        """The environment's action of numbers [D]."""
        space = self._space
        if isinstance(space, spaces.Box):
            clipped = np.clip(numbers, self.low, self.high)
            return clipped.reshape(space.shape).astype(space.dtype)
        if isinstance(space, spaces.MultiBinary):
            return (numbers > 0.5).astype(space.dtype).reshape(space.shape)
        ends = np.cumsum(self._choices)[:-1]
        chosen = np.array([int(np.argmax(part)) for part in np.split(numbers, ends)])
        if isinstance(space, spaces.Discrete):
            return space.start + chosen[0]
        assert isinstance(space, spaces.MultiDiscrete)
        return (chosen.reshape(space.shape) + space.start).astype(space.dtype)

    def encode(self, action: Any) -> Vector:
        """Numbers [D] of an action of the environment."""
        if not self._choices:
            numbers = np.asarray(action, dtype=np.float64).reshape(-1)
            return np.clip(numbers, self.low, self.high)
        start = getattr(self._space, "start", 0)
        chosen = (np.asarray(action) - start).reshape(-1)
        return np.concatenate(
            [np.eye(n)[int(i)] for n, i in zip(self._choices, chosen, strict=True)]
        )
