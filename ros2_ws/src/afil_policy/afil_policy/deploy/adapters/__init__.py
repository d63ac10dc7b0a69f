"""Command adapters: from limited actions to the messages of a command interface."""

from __future__ import annotations

from collections.abc import Callable

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.deploy.adapters.base import Command, CommandAdapter
from afil_policy.deploy.adapters.pose import PoseAdapter
from afil_policy.deploy.adapters.vehicle import VehicleAdapter
from afil_policy.deploy.limits import ActionLimits

_ADAPTERS: dict[str, Callable[[Contract, ActionLimits], CommandAdapter]] = {
    "pose": PoseAdapter,
    "vehicle": VehicleAdapter,
}


def build_adapter(contract: Contract, interface: str, limits: ActionLimits) -> CommandAdapter:
    """The adapter of a command interface.

    Args:
        contract: The robot's contract.
        interface: Name of the interface; empty for the contract's default.
        limits: Limits of the same contract.

    Raises:
        AfilError: When the contract lacks the interface, or there is no adapter for it.
    """
    contract.interface(interface)
    name = interface or (contract.action.default_interface if contract.action else "")
    if name not in _ADAPTERS:
        known = ", ".join(sorted(_ADAPTERS))
        raise AfilError(
            f"command interface '{name}' of contract '{contract.robot}' has no adapter in this "
            f"AFIL; there are adapters for {known}"
        )
    return _ADAPTERS[name](contract, limits)


__all__ = ["Command", "CommandAdapter", "build_adapter"]
