"""What is known of simulated worlds without their package."""

from __future__ import annotations

import pytest

from afil_core.errors import AfilError
from afil_core.world_protocol import world_launch_file


def test_the_worlds_launch_file_is_found_where_their_package_is(tmp_path):
    found = world_launch_file(lambda name: str(tmp_path / name))
    assert found == str(tmp_path / "afil_sim" / "launch" / "world.launch.py")


def test_a_robots_machine_without_simulator_says_so():
    def share_of(name: str) -> str:
        raise LookupError(f"package '{name}' not found")

    with pytest.raises(AfilError, match="sim:=true needs the package afil_sim"):
        world_launch_file(share_of)
