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


def test_shipped_robots_are_franka_carla_an_environment_and_video():
    assert shipped_contracts() == ["carla", "carla_native", "franka", "gym", "video"]


def test_carlas_own_topics_differ_from_the_bridges_by_what_the_server_does_not_say():
    native, bridge = load_contract("carla_native"), load_contract("carla")
    assert native.stream("front_image").shape == bridge.stream("front_image").shape
    assert native.require_action().dimensions == bridge.require_action().dimensions
    (control,) = native.interface()
    assert control in native.require_action().demonstrated, "the label is what was commanded"
    assert control.type == bridge.interface()[0].type
    missing = {t.rpartition("/")[2] for t in bridge.topics()} - {
        t.rpartition("/")[2] for t in native.topics()
    }
    assert missing == {"speedometer", "vehicle_status"}
    assert native.autopilot is native.takeover is native.document.bringup is None


def test_unknown_robot_names_the_known_ones():
    with pytest.raises(AfilError, match="unknown robot 'pr2'.*carla, carla_native, franka, gym"):
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
    "former key": (
        lambda d: d.update(limits={}),
        r"arm\.yaml: limits is called 'action.limits' now",
    ),
    "unknown nested key": (
        lambda d: d["observations"]["ee_pose"].update(fram="x"),
        r"observations\.ee_pose\.fram is not a known key; did you mean 'frame'\?",
    ),
    "former nested key": (
        lambda d: d["observations"]["front_image"].update(shape=[1, 1, 3]),
        r"observations\.front_image\.shape is called 'size' now",
    ),
    "missing size": (
        lambda d: d["observations"]["front_image"].pop("size"),
        r"observations\.front_image\.size is missing",
    ),
    "missing limits": (lambda d: d["action"].pop("limits"), r"action\.limits is missing"),
    "bad topic": (
        lambda d: d["observations"]["ee_pose"].update(topic="a b"),
        r"observations\.ee_pose\.topic must be a ROS topic name, not 'a b'",
    ),
    "bad type": (
        lambda d: d["observations"]["ee_pose"].update(type="PoseStamped"),
        r"observations\.ee_pose\.type must be a ROS type such as .*, not 'PoseStamped'",
    ),
    "type of another kind": (
        lambda d: d["observations"]["ee_pose"].update(type="sensor_msgs/msg/Image"),
        r"ee_pose\.type is sensor_msgs/msg/Image, but kind pose reads geometry_msgs/msg/Pose",
    ),
    "bad kind": (
        lambda d: d["observations"]["ee_pose"].update(kind="poze"),
        r"ee_pose can't be used: there is no observation kind 'poze'; did you mean 'pose'\?",
    ),
    "bad encoding": (
        lambda d: d["observations"]["front_image"].update(encoding="rgb9"),
        r"observations\.front_image\.encoding: image encoding 'rgb9' is not supported",
    ),
    "interpolated image": (
        lambda d: d["observations"]["front_image"].update(alignment="interpolate"),
        r"front_image\.alignment cannot be interpolate for kind image",
    ),
    "bad QoS": (
        lambda d: d["observations"]["ee_pose"]["qos"].update(reliability="maybe"),
        r"observations\.ee_pose\.qos\.reliability is 'maybe'",
    ),
    "rate of zero": (lambda d: d.update(control_rate_hz=0), r"control_rate_hz must be above 0"),
    "rate as text": (
        lambda d: d.update(control_rate_hz="10"),
        r"control_rate_hz must be a number",
    ),
    "anchor is no image": (lambda d: d.update(anchor="ee_pose"), r"anchor is 'ee_pose'"),
    "shared topic": (
        lambda d: d["observations"]["ee_pose"].update(topic="joint_states"),
        r"ee_pose and observations\.joint_positions on one topic, joint_states",
    ),
    "range upside down": (
        lambda d: d["commands"]["gripper"].update(minimum_m=1.0),
        r"commands\.gripper has minimum_m >= maximum_m",
    ),
    "unknown command": (
        lambda d: d["action"].update(demonstrated=["pose", "gripr"]),
        r"action\.demonstrated names 'gripr', but commands has gripper, hand, joint, pose, twist",
    ),
    "no gripper demonstrated": (
        lambda d: d["action"].update(demonstrated=["pose"]),
        r"action\.demonstrated of kind ee_delta needs a command of kind GripperCommand",
    ),
    "no pose observed": (
        lambda d: d["observations"].pop("ee_pose"),
        r"action\.pose needs an observation: there is no stream of kind Pose",
    ),
    "unknown interface": (
        lambda d: d["action"].update(default_interface="telepathy"),
        r"action\.default_interface must be one of joint, pose, pose_hand, twist, twist_hand",
    ),
    "empty workspace": (
        lambda d: d["action"]["limits"].update(workspace_min_m=[1, 1, 1]),
        r"action\.limits has workspace_min_m not below workspace_max_m",
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


def test_differences_name_each_key_and_ignore_description_and_namespace():
    def change(data):
        data["description"] = "another"
        data["action"]["limits"]["max_translation_m"] = 0.5
        data["observations"]["ee_pose"]["topic"] = "other"

    other = parse_contract(edited(change), "arm.yaml")
    assert differences(load_contract("franka"), other.within("left")) == [
        "observations.ee_pose.topic: franka_robot_state_broadcaster/current_pose != other",
        "action.limits.max_translation_m: 0.05 != 0.5",
    ]


def test_topics_are_observations_and_demonstrated_commands():
    topics = load_contract("franka").topics()
    assert topics["/target_pose"][0] == "geometry_msgs/msg/PoseStamped"
    assert "/camera/camera/color/image_raw" in topics
    assert "/servo_node/delta_twist_cmds" not in topics


def test_a_command_that_is_sent_on_change_is_not_required():
    required = load_contract("franka").required_topics()
    assert "/target_pose" in required
    assert "/gripper_position_controller/commands" not in required


def test_relative_topics_are_resolved_in_the_namespace_and_absolute_ones_stay():
    left = load_contract("franka", "/left")
    assert left.stream("ee_pose").topic == "/left/franka_robot_state_broadcaster/current_pose"
    assert left.interface()[0].topic == "/left/target_pose"
    assert set(left.extra_topics()) == {"/tf_static", "/left/camera/camera/color/camera_info"}
    assert left.sha256 == load_contract("franka").sha256
    again = parse_contract(left.to_yaml(), "copy.yaml")
    assert again.stream("ee_pose").topic == left.stream("ee_pose").topic


def test_each_limit_of_an_arm_stands_once_and_makes_the_ranges():
    dimensions = load_contract("franka").action.dimensions
    assert [(d.name, d.minimum, d.maximum) for d in dimensions[2:4]] == [
        ("dz", -0.05, 0.05),
        ("rx", -0.2, 0.2),
    ]
    assert (dimensions[6].maximum, dimensions[6].mode) == (0.08, "binary")


def test_qos_profile_uses_the_integers_of_rmw():
    stream = load_contract("franka").stream("ee_pose")
    assert stream.qos.profile() == {"history": 1, "depth": 1, "reliability": 2, "durability": 2}
    assert stream.qos.profile(depth=50)["depth"] == 50
