"""The contract refuses what it does not understand, and names file and key."""

import pytest
import yaml

from afil_core.contract import differences, load_contract, parse_contract, shipped_contracts
from afil_core.errors import AfilError


def edited(change) -> str:
    data = load_contract("franka").to_dict()
    change(data)
    return yaml.safe_dump(data)


@pytest.mark.parametrize("name", shipped_contracts())
def test_shipped_contract_survives_its_own_yaml(name):
    contract = load_contract(name)
    again = parse_contract(contract.to_yaml(), "copy.yaml")
    assert again == contract
    assert again.sha256 == contract.sha256
    assert differences(contract, again) == []


def test_shipped_robots_are_franka_carla_and_video():
    assert shipped_contracts() == ["carla", "franka", "video"]


def test_unknown_robot_names_the_known_ones():
    with pytest.raises(AfilError, match="unknown robot 'pr2'.*carla, franka, video"):
        load_contract("pr2")


def test_missing_contract_file_is_named():
    with pytest.raises(AfilError, match="/nowhere/arm.yaml cannot be read"):
        load_contract("/nowhere/arm.yaml")


def test_contract_loads_from_a_path(tmp_path):
    path = tmp_path / "arm.yaml"
    path.write_text(load_contract("franka").to_yaml())
    assert load_contract(str(path)) == load_contract("franka")


MISTAKES = {
    "unknown key": (lambda d: d.update(speed=1), r"arm\.yaml: speed is not a known key"),
    "unknown nested key": (
        lambda d: d["observations"]["ee_pose"].update(colour="red"),
        r"arm\.yaml: observations\.ee_pose\.colour is not a known key",
    ),
    "missing unit": (
        lambda d: d["observations"]["ee_pose"].pop("unit"),
        r"observations\.ee_pose\.unit is missing",
    ),
    "missing limits": (lambda d: d.pop("limits"), r"limits is missing"),
    "relative topic": (
        lambda d: d["observations"]["ee_pose"].update(topic="pose"),
        r"observations\.ee_pose\.topic must be an absolute ROS topic name",
    ),
    "bad type": (
        lambda d: d["observations"]["ee_pose"].update(type="PoseStamped"),
        r"observations\.ee_pose\.type must be a type such as",
    ),
    "bad kind": (
        lambda d: d["observations"]["ee_pose"].update(kind="smell"),
        r"observations\.ee_pose\.kind is 'smell', but must be one of",
    ),
    "bad QoS": (
        lambda d: d["observations"]["ee_pose"]["qos"].update(reliability="maybe"),
        r"observations\.ee_pose\.qos\.reliability is 'maybe'",
    ),
    "wrong shape": (
        lambda d: d["observations"]["ee_pose"].update(shape=[6]),
        r"observations\.ee_pose\.shape must be \[7\] for kind pose",
    ),
    "rate of zero": (lambda d: d.update(control_rate_hz=0), r"control_rate_hz must be a finite"),
    "rate as text": (
        lambda d: d.update(control_rate_hz="10"),
        r"control_rate_hz must be a number",
    ),
    "anchor is no image": (lambda d: d.update(anchor="ee_pose"), r"anchor is 'ee_pose'"),
    "shared topic": (
        lambda d: d["observations"]["ee_pose"].update(topic="/joint_states"),
        r"both use topic /joint_states",
    ),
    "range upside down": (
        lambda d: d["action"]["dimensions"][0].update(minimum=1.0),
        r"action\.dimensions\[0\] has minimum >= maximum",
    ),
    "too few dimensions": (
        lambda d: d["action"]["dimensions"].pop(),
        r"action\.dimensions must have 7 entries",
    ),
    "unknown interface": (
        lambda d: d["action"].update(default_interface="telepathy"),
        r"action\.default_interface must be one of joint, pose, twist",
    ),
    "empty workspace": (
        lambda d: d["limits"].update(workspace_min_m=[1, 1, 1]),
        r"limits\.workspace_min_m must be below",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_a_sentence_with_file_and_key(mistake):
    change, sentence = MISTAKES[mistake]
    with pytest.raises(AfilError, match=sentence):
        parse_contract(edited(change), "arm.yaml")


def test_text_that_is_no_yaml_is_named():
    with pytest.raises(AfilError, match=r"arm\.yaml is not valid YAML"):
        parse_contract("a: [", "arm.yaml")


def test_differences_name_each_key_and_ignore_the_description():
    def change(data):
        data["description"] = "another"
        data["action"]["dimensions"][0]["maximum"] = 0.5
        data["observations"]["ee_pose"]["topic"] = "/other"

    other = parse_contract(edited(change), "arm.yaml")
    assert differences(load_contract("franka"), other) == [
        "observations.ee_pose.topic: /franka_robot_state_broadcaster/current_pose != /other",
        "action.dimensions[0].maximum: 0.05 != 0.5",
    ]


def test_topics_are_observations_and_demonstrated_commands():
    topics = load_contract("franka").topics()
    assert topics["/target_pose"][0] == "geometry_msgs/msg/PoseStamped"
    assert "/camera/camera/color/image_raw" in topics
    assert "/servo_node/delta_twist_cmds" not in topics


def test_qos_profile_uses_the_integers_of_rmw():
    stream = load_contract("franka").stream("ee_pose")
    assert stream.qos.profile() == {"history": 1, "depth": 1, "reliability": 2, "durability": 2}
    assert stream.qos.profile(depth=50)["depth"] == 50
