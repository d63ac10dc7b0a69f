"""What is known of simulated worlds without their package."""

from __future__ import annotations

import pytest

from afil_core.errors import AfilError
from afil_core.world_protocol import simulation_environment, world_launch_file


def test_the_worlds_launch_file_is_found_where_their_package_is(tmp_path):
    found = world_launch_file(lambda name: str(tmp_path / name))
    assert found == str(tmp_path / "afil_sim" / "launch" / "world.launch.py")


def test_a_robots_machine_without_simulator_says_so():
    def share_of(name: str) -> str:
        raise LookupError(f"package '{name}' not found")

    with pytest.raises(AfilError, match="sim:=true needs the package afil_sim"):
        world_launch_file(share_of)


@pytest.fixture
def confined(monkeypatch):
    """Function (variables) -> what a simulation's nodes are given where these are set."""

    def among(**variables: str) -> dict[str, str]:
        for name in ("ROS_AUTOMATIC_DISCOVERY_RANGE", "AFIL_SIM_DISCOVERY_RANGE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return simulation_environment()

    return among


@pytest.mark.parametrize("of_the_setup_file", ["", "SUBNET", "SYSTEM_DEFAULT", "LOCALHOST"])
def test_a_simulation_stays_on_its_machine_whatever_a_setup_file_says(confined, of_the_setup_file):
    given = confined(ROS_AUTOMATIC_DISCOVERY_RANGE=of_the_setup_file, ROS_STATIC_PEERS="robot")
    assert given == {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST", "ROS_STATIC_PEERS": ""}


def test_a_simulation_that_is_to_find_nobody_finds_nobody(confined):
    given = confined(ROS_AUTOMATIC_DISCOVERY_RANGE="OFF")
    assert given["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "OFF"


def test_only_a_variable_of_our_own_lets_a_simulation_onto_the_network(confined):
    given = confined(ROS_AUTOMATIC_DISCOVERY_RANGE="LOCALHOST", AFIL_SIM_DISCOVERY_RANGE="subnet")
    assert given == {"ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET"}
    with pytest.raises(AfilError, match="AFIL_SIM_DISCOVERY_RANGE=WORLD is no range"):
        confined(AFIL_SIM_DISCOVERY_RANGE="WORLD")
