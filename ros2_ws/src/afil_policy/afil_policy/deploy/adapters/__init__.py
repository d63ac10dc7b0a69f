"""Command adapters: from limited actions to the messages of a command interface.

One file each. An adapter is chosen by the kind of the commands that an interface drives, so an
interface may have any name, and a robot any number of them.
"""

from __future__ import annotations

from afil_core import schema
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.registry import Registry
from afil_policy.deploy.adapters.base import Adapter, Goal, Outgoing

ADAPTERS: Registry[Adapter] = Registry(
    "adapters",
    "command adapter",
    {
        "pose": "afil_policy.deploy.adapters.pose:PoseAdapter",
        "twist": "afil_policy.deploy.adapters.twist:TwistAdapter",
        "joint": "afil_policy.deploy.adapters.joint:JointAdapter",
        "vehicle_control": "afil_policy.deploy.adapters.vehicle:VehicleAdapter",
        "vector": "afil_policy.deploy.adapters.vector:VectorAdapter",
    },
)


def build_adapter(contract: Contract, interface: str = "", options: str = "") -> Adapter:
    """The adapter of a command interface.

    Args:
        contract: The robot's contract.
        interface: Name of the interface; empty for the contract's default.
        options: Options of the adapter as YAML, e.g. ``{lead_steps: 2}``; empty for none.

    Raises:
        AfilError: When the contract lacks the interface, there is no adapter for its commands,
            or contract and options don't fit the adapter.
    """
    commands = contract.interface(interface)
    name = interface or contract.require_action().default_interface
    known = ADAPTERS.names()
    lead = next((c.kind for c in commands if c.kind in known), None)
    if lead is None:
        kinds = ", ".join(f"{c.name} ({c.kind})" for c in commands)
        raise AfilError(
            f"command interface '{name}' of contract '{contract.robot}' drives {kinds}, for which "
            f"there is no adapter: there are adapters for {', '.join(known)}; correct "
            f"action.interfaces.{name}, or add an adapter (entry point {ADAPTERS.group})"
        )
    kind = ADAPTERS.get(lead)
    strange = [c.name for c in commands if c.kind != lead and not isinstance(c, kind.beside)]
    if strange:
        raise AfilError(
            f"command interface '{name}' of contract '{contract.robot}' drives "
            f"{', '.join(strange)}, which the adapter for {lead} does not; take it out of "
            f"action.interfaces.{name}"
        )
    config = schema.parse(kind.Config, options, f"the options of command interface '{name}'")
    return kind(config, contract, commands)


__all__ = ["ADAPTERS", "Adapter", "Goal", "Outgoing", "build_adapter"]
