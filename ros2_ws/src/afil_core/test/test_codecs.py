"""Codecs give the contract's values, and refuse payloads that would give others."""

import cv2
import numpy as np
import pytest

from afil_core import codecs, messages
from afil_core.contract import load_contract
from afil_core.errors import AfilError

FRANKA = load_contract("franka")
STAMP = 12_345_678_901


def gradient() -> np.ndarray:
    rows, columns = np.mgrid[0:240, 0:320]
    return np.stack([rows % 256, columns % 256, (rows + columns) % 256], -1).astype(np.uint8)


@pytest.mark.parametrize("encoding", ["rgb8", "bgr8", "rgba8", "bgra8"])
def test_image_survives_every_colour_encoding(encoding):
    cdr = codecs.encode_image(gradient(), STAMP, "camera", encoding)
    decoded = codecs.decode(FRANKA.stream("front_image"), cdr)
    assert decoded.stamp_ns == STAMP
    np.testing.assert_array_equal(decoded.value, gradient())


def test_mono_image_is_grey_in_all_channels():
    grey = gradient()[..., 0]
    decoded = codecs.decode(
        FRANKA.stream("front_image"), codecs.encode_mono_image(grey, STAMP, "camera")
    )
    np.testing.assert_array_equal(decoded.value, np.repeat(grey[..., None], 3, axis=2))


def test_row_padding_is_left_out():
    message = codecs.image_message(gradient(), STAMP, "camera")
    rows = message.data.reshape(240, 960)
    message.data = np.pad(rows, ((0, 0), (0, 64))).reshape(-1)
    message.step = 1024
    np.testing.assert_array_equal(codecs.decode_image(message), gradient())


def test_png_compressed_image_decodes_to_rgb():
    ok, data = cv2.imencode(".png", gradient()[..., ::-1])
    assert ok
    message = messages.new("sensor_msgs/msg/CompressedImage", format="png", data=data.reshape(-1))
    np.testing.assert_array_equal(codecs.decode_image(message), gradient())


def test_image_of_another_size_than_the_contract_is_refused():
    cdr = codecs.encode_image(np.zeros((10, 10, 3), np.uint8), STAMP, "camera")
    with pytest.raises(AfilError, match=r"color/image_raw has values of shape \[10, 10, 3\]"):
        codecs.decode(FRANKA.stream("front_image"), cdr)


def test_image_whose_data_do_not_fit_its_size_is_refused():
    message = codecs.image_message(gradient(), STAMP, "camera")
    message.data = message.data[:-1]
    with pytest.raises(AfilError, match="cannot have 230399 bytes"):
        codecs.decode_image(message)


def test_unknown_image_encoding_is_named():
    message = codecs.image_message(gradient(), STAMP, "camera")
    message.encoding = "bayer_rggb8"
    with pytest.raises(AfilError, match="'bayer_rggb8' is not supported"):
        codecs.decode_image(message)


def test_truncated_payload_is_refused_by_every_stream():
    cdr = codecs.encode_pose(np.array([0.5, 0, 0.3, 0, 0, 0, 1.0]), STAMP, "fr3_link0")
    with pytest.raises(AfilError, match=r"not a valid geometry_msgs/msg/PoseStamped"):
        codecs.decode(FRANKA.stream("ee_pose"), cdr[:40])


def test_pose_keeps_every_bit():
    pose = np.array([0.1 + 0.2, -1 / 3, 0.3, 0, 0, np.sin(0.3), np.cos(0.3)])
    decoded = codecs.decode_pose(codecs.encode_pose(pose, STAMP, "fr3_link0"))
    np.testing.assert_array_equal(decoded.value, pose)


def test_pose_without_a_unit_quaternion_is_refused():
    cdr = codecs.encode_pose(np.zeros(7), STAMP, "fr3_link0")
    with pytest.raises(AfilError, match="quaternion of length 0.000"):
        codecs.decode(FRANKA.stream("ee_pose"), cdr)


def test_joints_are_found_by_name_in_any_order():
    names = [f"fr3_joint{i}" for i in (7, 6, 5, 4, 3, 2, 1)] + ["fr3_finger_joint1"]
    cdr = codecs.encode_joint_state(names, np.arange(8.0), STAMP)
    decoded = codecs.decode(FRANKA.stream("joint_positions"), cdr)
    np.testing.assert_array_equal(decoded.value, [6, 5, 4, 3, 2, 1, 0])


def test_missing_joint_is_named():
    cdr = codecs.encode_joint_state(["panda_joint1"], np.zeros(1), STAMP)
    with pytest.raises(AfilError, match="lacks joint fr3_joint1"):
        codecs.decode(FRANKA.stream("joint_positions"), cdr)


def test_value_that_is_not_finite_is_refused():
    positions = np.zeros(7)
    positions[3] = np.nan
    names = [f"fr3_joint{i}" for i in range(1, 8)]
    with pytest.raises(AfilError, match="/joint_states has a value that is not finite"):
        codecs.decode(
            FRANKA.stream("joint_positions"), codecs.encode_joint_state(names, positions, STAMP)
        )


def test_gripper_width_is_the_sum_of_both_fingers():
    names = ["fr3_finger_joint1", "fr3_finger_joint2"]
    cdr = codecs.encode_joint_state(names, np.array([0.01, 0.03]), STAMP)
    assert codecs.decode(FRANKA.stream("gripper_width"), cdr).value == pytest.approx([0.04])


def test_float_array_string_and_clock_survive():
    assert codecs.decode_float_array(codecs.encode_float_array([0.04, -1])).tolist() == [0.04, -1]
    assert codecs.decode_string(codecs.encode_string("Möhre")) == "Möhre"
    assert codecs.decode_clock(codecs.encode_clock(STAMP)) == STAMP


def test_type_of_a_package_that_is_not_installed_is_named():
    with pytest.raises(AfilError, match="message type no_msgs/msg/Thing is not installed"):
        messages.require_type("no_msgs/msg/Thing")


def test_type_is_found_in_an_ament_prefix_with_what_it_is_made_of(tmp_path, monkeypatch):
    folder = tmp_path / "share" / "afil_test_msgs" / "msg"
    folder.mkdir(parents=True)
    (folder / "Outer.msg").write_text("std_msgs/Header header\nInner[] inner\nuint8 ONE=1\n")
    (folder / "Inner.msg").write_text("float64 x  # metres\n")
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    inner = messages.new("afil_test_msgs/msg/Inner", x=2.5)
    cdr = messages.serialize(messages.new("afil_test_msgs/msg/Outer", inner=[inner]))
    assert messages.deserialize(cdr, "afil_test_msgs/msg/Outer").inner[0].x == 2.5


def test_unknown_field_is_refused():
    with pytest.raises(TypeError, match="has no field colour"):
        messages.new("std_msgs/msg/Header", colour="red")
