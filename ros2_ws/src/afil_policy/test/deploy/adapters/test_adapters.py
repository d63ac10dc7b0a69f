"""Which adapter an interface gets."""

from __future__ import annotations

import pytest

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.testing import changed
from afil_policy.deploy.adapters import ADAPTERS, build_adapter
from afil_policy.deploy.adapters.pose import PoseAdapter
from afil_policy.deploy.adapters.twist import TwistAdapter


def test_an_adapter_is_found_by_what_the_interface_drives_and_not_by_its_name(
    contract: Contract,
) -> None:
    named = {"impedance": ["gripper", "pose"], "servo": ["twist"]}
    mine = changed(contract, {"action.interfaces": named, "action.default_interface": "impedance"})
    assert isinstance(build_adapter(mine), PoseAdapter)
    assert isinstance(build_adapter(mine, "servo"), TwistAdapter)


def test_every_adapter_can_be_imported_and_has_options() -> None:
    for name in ADAPTERS.names():
        assert ADAPTERS.get(name).Config() is not None


def test_an_interface_that_no_adapter_drives_says_which_there_are(contract: Contract) -> None:
    mine = changed(contract, {"action.interfaces.grip": ["gripper"]})
    with pytest.raises(AfilError, match=r"'grip'.*gripper \(gripper\).*joint, pose, twist"):
        build_adapter(mine, "grip")


def test_an_interface_with_two_ways_to_move_the_arm_is_refused(contract: Contract) -> None:
    mine = changed(contract, {"action.interfaces.both": ["pose", "twist"]})
    with pytest.raises(AfilError, match=r"'both'.*drives twist, which the adapter for pose"):
        build_adapter(mine, "both")


def test_an_option_out_of_range_or_unknown_is_a_sentence(contract: Contract) -> None:
    with pytest.raises(AfilError, match="command interface 'pose': lead_steps must be above 0"):
        build_adapter(contract, "", "{lead_steps: 0}")
    with pytest.raises(AfilError, match="did you mean 'lead_steps'"):
        build_adapter(contract, "pose", "{lead_step: 2}")
