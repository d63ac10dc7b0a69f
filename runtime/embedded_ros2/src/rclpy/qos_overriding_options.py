"""Lets parameters override the QoS of a publisher or subscription."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rcl_interfaces.msg import SetParametersResult

from rclpy.qos import QoSPolicyKind, QoSProfile

QosCallbackResult = SetParametersResult


class InvalidQosOverridesError(Exception):
    """The overriding values were refused."""


class QoSOverridingOptions:
    """Which policies may be overridden, and a check of the outcome."""

    def __init__(
        self,
        policy_kinds: Iterable[QoSPolicyKind],
        *,
        callback: Callable[[QoSProfile], QosCallbackResult] | None = None,
        entity_id: str | None = None,
    ) -> None:
        self._policy_kinds = tuple(policy_kinds)
        self._callback = callback
        self._entity_id = entity_id

    @property
    def policy_kinds(self) -> tuple[QoSPolicyKind, ...]:
        """Policies that may be overridden."""
        return self._policy_kinds

    @property
    def callback(self) -> Callable[[QoSProfile], QosCallbackResult] | None:
        """Check of the outcome."""
        return self._callback

    @property
    def entity_id(self) -> str | None:
        """Distinguishes entities of one topic."""
        return self._entity_id

    @classmethod
    def with_default_policies(
        cls,
        *,
        callback: Callable[[QoSProfile], QosCallbackResult] | None = None,
        entity_id: str | None = None,
    ) -> QoSOverridingOptions:
        """Allow history, depth and reliability."""
        kinds = (QoSPolicyKind.HISTORY, QoSPolicyKind.DEPTH, QoSPolicyKind.RELIABILITY)
        return cls(kinds, callback=callback, entity_id=entity_id)
