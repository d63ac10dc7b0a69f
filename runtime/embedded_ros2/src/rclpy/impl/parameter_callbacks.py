"""Callbacks around the setting of parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Callbacks = list[Callable[..., Any]]


class ParameterCallbacks:
    """Mixin of :class:`rclpy.node.Node`; the callback added last is called first."""

    _pre_set_callbacks: Callbacks
    _on_set_callbacks: Callbacks
    _post_set_callbacks: Callbacks

    @staticmethod
    def _remove_callback(callbacks: Callbacks, callback: Callable[..., Any]) -> None:
        if callback not in callbacks:
            raise ValueError("Callback doesn't exist")
        callbacks.remove(callback)

    def add_pre_set_parameters_callback(self, callback: Callable[..., Any]) -> None:
        """Let a function change the list of parameters before it is validated."""
        self._pre_set_callbacks.insert(0, callback)

    def add_on_set_parameters_callback(self, callback: Callable[..., Any]) -> None:
        """Let a function accept or refuse values: it returns a SetParametersResult."""
        self._on_set_callbacks.insert(0, callback)

    def add_post_set_parameters_callback(self, callback: Callable[..., Any]) -> None:
        """Tell a function about values that were set."""
        self._post_set_callbacks.insert(0, callback)

    def remove_pre_set_parameters_callback(self, callback: Callable[..., Any]) -> None:
        """Undo add_pre_set_parameters_callback."""
        self._remove_callback(self._pre_set_callbacks, callback)

    def remove_on_set_parameters_callback(self, callback: Callable[..., Any]) -> None:
        """Undo add_on_set_parameters_callback."""
        self._remove_callback(self._on_set_callbacks, callback)

    def remove_post_set_parameters_callback(self, callback: Callable[..., Any]) -> None:
        """Undo add_post_set_parameters_callback."""
        self._remove_callback(self._post_set_callbacks, callback)
