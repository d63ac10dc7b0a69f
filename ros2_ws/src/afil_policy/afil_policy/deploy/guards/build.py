"""The guards of a policy node: the contract's, and those that need no contract."""

from __future__ import annotations

from afil_core import schema
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.deploy.guards import GUARDS
from afil_policy.deploy.guards.base import Guard
from afil_policy.deploy.guards.commander import SoleCommander
from afil_policy.deploy.guards.watchdog import LiveWatchdog


def build_guards(
    contract: Contract, choice: str = "contract", *, watchdog_timeout_s: float | None = None
) -> tuple[Guard, ...]:
    """Make the guards; where any are wanted, one looks for a second commander.

    Args:
        contract: The robot's contract; its ``guards`` have the options of each.
        choice: ``contract`` for all of the contract's, ``none`` for none of them, or names,
            separated by commas.
        watchdog_timeout_s: Longest silence of the watchdog; None where none is wanted.

    Raises:
        AfilError: When there is no guard of a name, or its options are wrong.
    """
    asked = contract.document.guards
    names = [n.strip() for n in choice.split(",") if n.strip()]
    if names == ["contract"]:
        names = ["commander", *asked]
    elif names == ["none"]:
        names = []
    guards: list[Guard] = []
    if names:
        guards.append(SoleCommander(SoleCommander.Config(), contract))
    if watchdog_timeout_s is not None:
        guards.append(LiveWatchdog(LiveWatchdog.Config(timeout_s=watchdog_timeout_s), contract))
    own = {type(guard) for guard in guards}
    for name in names:
        try:
            kind = GUARDS.get(name)
            config = schema.read(kind.Config, asked.get(name, {}), f"guards.{name}")
        except AfilError as error:
            raise AfilError(f"contract '{contract.robot}': {error}") from error
        if kind not in own:
            guards.append(kind(config, contract))
    return tuple(guards)
