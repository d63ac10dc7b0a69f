"""What can be known to be wrong before any process is started; free of torch."""

from __future__ import annotations

from pathlib import Path

from afil_core.contract import Contract, differences, load_contract
from afil_core.errors import AfilError
from afil_core.process.foreign import require_env
from afil_policy.deploy.adapters import build_adapter
from afil_policy.deploy.execution import read_execution
from afil_policy.deploy.guards.build import build_guards
from afil_policy.deploy.parameters import PolicyParameters
from afil_policy.training.layout import CONTRACT, find_checkpoint, newest_run

_SHOWN_DIFFERENCES = 5


def check_deployment(checkpoint: str, robot: str) -> Path:
    """Check a deployment's arguments.

    Args:
        checkpoint: Folder of the checkpoint or of its training run; empty for the run in
            ``runs/`` that finished last.
        robot: Name of the robot or path of its contract.

    Returns:
        The checkpoint's folder.

    Raises:
        AfilError: When the robot is unknown, when there is no checkpoint, or when it was
            trained for another contract.
    """
    contract = load_contract(robot)
    folder = find_checkpoint(Path(checkpoint) if checkpoint else newest_run()).resolve()
    require_same_contract(load_contract(str(folder / CONTRACT)), contract, folder)
    return folder


def check_parameters(given: PolicyParameters) -> Path:
    """Check a policy node's parameters, as far as that goes without the network.

    Returns:
        The checkpoint's folder.

    Raises:
        AfilError: As :func:`check_deployment`, and when the robot has no such command interface,
            or options, execution or guards are unknown.
    """
    folder = check_deployment(given.checkpoint, given.robot)
    contract = load_contract(given.robot)
    build_adapter(contract, given.command_interface, given.command_options)
    read_execution(given.execution, given.execution_options)
    build_guards(contract, given.guards)
    return folder


def robot_of_environment(checkpoint: str, env: str) -> str:
    """The contract of a Gymnasium environment: the one that its policy was trained with.

    Args:
        checkpoint: As for :func:`check_deployment`.
        env: Id of the environment.

    Returns:
        Path of the contract.

    Raises:
        AfilError: When there is no checkpoint, or it was trained in another environment.
    """
    folder = find_checkpoint(Path(checkpoint) if checkpoint else newest_run()).resolve()
    place = folder / CONTRACT
    require_env(env, load_contract(str(place)).document.world, place)
    return str(place)


def require_same_contract(trained: Contract, robot: Contract, checkpoint: Path) -> None:
    """Refuse a checkpoint that was trained for another contract.

    Commands and interfaces that only one of them has change nothing of what the policy sees and
    decides.

    Raises:
        AfilError: Naming the lines that differ.
    """
    offered = tuple(f"{key}." for key in _offers(robot) ^ _offers(trained))
    lines = [line for line in differences(trained, robot) if not _is_of(line, offered)]
    if lines:
        more = len(lines) - _SHOWN_DIFFERENCES
        shown = "; ".join(lines[:_SHOWN_DIFFERENCES]) + (f"; {more} more" if more > 0 else "")
        raise AfilError(
            f"checkpoint {checkpoint} was trained for another contract than robot "
            f"'{robot.robot}' (trained != robot: {shown}); deploy it on its own "
            "robot, or record and train again"
        )


def _offers(contract: Contract) -> set[str]:
    interfaces = () if contract.action is None else contract.action.interfaces
    return {f"commands.{c}" for c in contract.commands} | {
        f"action.interfaces.{i}" for i in interfaces
    }


def _is_of(line: str, keys: tuple[str, ...]) -> bool:
    return f"{line.split(':', 1)[0]}.".startswith(keys)
