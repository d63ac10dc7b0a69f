"""A controller from a node's parameters."""

from __future__ import annotations

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.deploy.adapters import build_adapter
from afil_policy.deploy.controller import PolicyController
from afil_policy.deploy.execution import read_execution
from afil_policy.deploy.guards import Guard
from afil_policy.deploy.inference import InferenceThread
from afil_policy.deploy.pacing import FramePacing, Pacing, SteadyPacing
from afil_policy.deploy.parameters import PolicyParameters
from afil_policy.deploy.priority import rise
from afil_policy.deploy.runner import PolicyRunner


def assemble(
    given: PolicyParameters,
    contract: Contract,
    runner: PolicyRunner,
    guards: tuple[Guard, ...],
    *,
    simulated: bool,
) -> tuple[PolicyController, Pacing]:
    """Make the four parts of a deployed policy and compose them.

    Args:
        given: The node's parameters.
        contract: The robot's contract.
        runner: The policy, loaded.
        guards: What may forbid to command.
        simulated: Whether the node follows simulated time.

    Raises:
        AfilError: When options, contract and policy don't fit together.
    """
    adapter = build_adapter(contract, given.command_interface, given.command_options)
    steady = given.pacing == "steady" or (given.pacing == "auto" and not simulated)
    pacing: Pacing = FramePacing()
    if steady:
        pacing = SteadyPacing(contract.period_ns, adapter.streams)
    # A simulator that waits for its answer needs nobody to hurry.
    priority = given.priority if steady else 0
    kind, config = read_execution(given.execution, given.execution_options)
    if kind.needs_prefix and not runner.takes_prefix:
        raise AfilError(
            f"execution {given.execution} needs a policy that goes on from given actions, and "
            f"{runner.checkpoint.path} has none; use execution:=blend, or train a head that "
            f"takes a prefix"
        )
    controller = PolicyController(
        runner,
        contract,
        adapter,
        inference=InferenceThread(
            runner, begin=lambda: rise(priority, steps_back=2, with_helpers=True)
        ),
        execution=kind(config, contract.period_ns, pacing.grace),
        pacing=pacing,
        guards=guards,
        watchdog_timeout_s=given.watchdog_timeout_s,
        frozen_image_s=0.0 if simulated else given.frozen_image_s,
        watches_clock=not simulated,
    )
    return controller, pacing
