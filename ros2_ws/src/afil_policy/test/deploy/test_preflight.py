"""What is known to be wrong before anything starts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.testing import changed
from afil_policy.deploy.parameters import PolicyParameters
from afil_policy.deploy.preflight import check_deployment, check_parameters, require_same_contract


def test_preflight_says_what_is_wrong_before_anything_starts(
    checkpoint: Path, tmp_path: Path
) -> None:
    assert check_deployment(str(checkpoint.parent), "franka") == checkpoint
    with pytest.raises(AfilError, match="trained for another contract"):
        check_deployment(str(checkpoint), "carla")
    with pytest.raises(AfilError, match="holds no checkpoint"):
        check_deployment(str(tmp_path), "franka")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"command_interface": "force"}, "has no command interface 'force'"),
        ({"command_interface": "vehicle"}, "has no command interface 'vehicle'"),
        ({"command_options": "{speed: 3}"}, "speed"),
        ({"execution": "fast"}, "'fast'"),
        ({"execution_options": "{replan: often}"}, "replan"),
        ({"guards": "dog"}, "'dog'"),
    ],
)
def test_choices_that_do_not_exist_are_refused_without_the_network(
    checkpoint: Path, given: dict[str, str], words: str
) -> None:
    assert check_parameters(PolicyParameters(checkpoint=str(checkpoint))) == checkpoint
    with pytest.raises(AfilError, match=words):
        check_parameters(PolicyParameters(checkpoint=str(checkpoint), **given))


def test_without_a_checkpoint_the_newest_finished_run_is_taken(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AfilError, match="runs holds no finished run"):
        check_deployment("", "franka")
    shutil.copytree(checkpoint, tmp_path / "runs" / "bc_001" / "checkpoint")
    assert check_deployment("", "franka") == tmp_path / "runs" / "bc_001" / "checkpoint"


def test_a_checkpoint_for_another_rate_is_refused(
    checkpoint: Path, contract: Contract, tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(changed(contract, {"control_rate_hz": 20.0}).to_yaml())
    with pytest.raises(AfilError, match=r"control_rate_hz: 10.0 != 20.0"):
        check_deployment(str(checkpoint), str(other))


def test_a_command_interface_that_the_robot_got_since_then_is_no_other_contract(
    checkpoint: Path, contract: Contract, tmp_path: Path
) -> None:
    pose = contract.to_dict()["commands"]["pose"]
    more = {"commands.other": {**pose, "topic": "other"}, "action.interfaces.other": ["other"]}
    robot = tmp_path / "more.yaml"
    robot.write_text(changed(contract, more).to_yaml())
    assert check_deployment(str(checkpoint), str(robot)) == checkpoint
    require_same_contract(load_contract(str(robot)), contract, checkpoint)
    robot.write_text(changed(contract, {**more, "commands.pose.frame": "elsewhere"}).to_yaml())
    with pytest.raises(AfilError, match=r"commands\.pose\.frame") as told:
        check_deployment(str(checkpoint), str(robot))
    assert "other" not in str(told.value).split("trained != robot")[1]
