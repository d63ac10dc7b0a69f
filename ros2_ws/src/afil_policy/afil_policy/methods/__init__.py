"""Methods: how saliency enters the loss. One file each, chosen by name."""

from __future__ import annotations

from afil_core.errors import AfilError
from afil_policy.config import TrainConfig
from afil_policy.methods.autofocus import Autofocus
from afil_policy.methods.base import Batch, Losses, Method
from afil_policy.methods.bc import BehaviourCloning

_METHODS: dict[str, type[Method]] = {"bc": BehaviourCloning, "autofocus": Autofocus}


def known_methods() -> list[str]:
    """Names of the methods."""
    return sorted(_METHODS)


def build_method(config: TrainConfig) -> Method:
    """The method that a configuration names.

    Raises:
        AfilError: When no method has that name, listing the known ones.
    """
    if config.method not in _METHODS:
        known = ", ".join(known_methods())
        raise AfilError(f"there is no method '{config.method}'; known methods: {known}")
    return _METHODS[config.method](config)


__all__ = ["Batch", "Losses", "Method", "build_method", "known_methods"]
