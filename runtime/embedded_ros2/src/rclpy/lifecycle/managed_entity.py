"""Things that follow their node's life cycle."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from rclpy.lifecycle.state_machine import LifecycleState, TransitionCallbackReturn

_OK = TransitionCallbackReturn.SUCCESS


class ManagedEntity:
    """Hears of its node's transitions."""

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Handle configure."""
        return _OK

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Handle cleanup."""
        return _OK

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Handle shutdown."""
        return _OK

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Handle activate."""
        return _OK

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Handle deactivate."""
        return _OK

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Handle an error."""
        return _OK


class SimpleManagedEntity(ManagedEntity):
    """Enabled while its node is active."""

    def __init__(self) -> None:
        self._enabled = False

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Enable."""
        self._enabled = True
        return _OK

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Disable."""
        self._enabled = False
        return _OK

    @property
    def is_activated(self) -> bool:
        """Whether it is enabled."""
        return self._enabled

    @staticmethod
    def when_enabled(
        wrapped: Callable[..., Any] | None = None,
        *,
        when_not_enabled: Callable[..., Any] | None = None,
    ) -> Any:
        """Decorate a method so that it runs only while enabled."""

        def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(method)
            def only_when_enabled(self: Any, *args: Any, **kwargs: Any) -> Any:
                if self._enabled:
                    return method(self, *args, **kwargs)
                if when_not_enabled is not None:
                    return when_not_enabled()
                return None

            return only_when_enabled

        return decorate if wrapped is None else decorate(wrapped)
