"""The contract of a robot that is somebody's Gymnasium environment; for launch files."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from afil_core.errors import EXIT_USER_ERROR, AfilError
from afil_core.process.ros2 import ros2_command

_SUFFIX = ".contract.yaml"


def contract_beside(dataset: Path) -> Path:
    """Where the contract of a dataset's environment lies: ``demos.contract.yaml`` of ``demos``."""
    return dataset.with_name(dataset.name + _SUFFIX)


def make_contract(dataset: str, env: str, options: str, *, expert: bool) -> Path:
    """Make the contract of an environment beside a dataset; one that is there stays.

    The environment runs in a process of its own, in the package of the worlds.

    Args:
        dataset: Folder of the dataset.
        env: Id of the environment.
        options: Its options as YAML; empty for none.
        expert: Whether it must have an expert.

    Raises:
        AfilError: When it can't be made.
    """
    place = contract_beside(Path(dataset).expanduser())
    command = [
        ros2_command(),
        "run",
        "afil_sim",
        "gym_contract",
        "--env",
        env,
        "--output",
        str(place),
    ]
    command += ["--options", options] if options else []
    command += ["--expert"] if expert else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    if done.returncode == EXIT_USER_ERROR:
        raise AfilError(said.removeprefix("error: "))
    if done.returncode:
        raise AfilError(
            f"environment {env} failed while its contract was made ({said}); "
            f"`ros2 {' '.join(command[1:6])}` says more"
        )
    return place


def require_env(env: str, contract: Mapping[str, object], place: Path) -> None:
    """Refuse the contract of another environment.

    Args:
        env: Id of the environment that is asked for.
        contract: What the contract's part ``world`` says.
        place: Its file.

    Raises:
        AfilError: Naming both.
    """
    if contract.get("env") != env:
        raise AfilError(
            f"{place} is the contract of environment {contract.get('env') or 'none'}, not of "
            f"{env}; leave env out, or take a checkpoint of {env}"
        )
