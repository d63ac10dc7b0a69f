"""Every observation kind: what its messages mean, and what it refuses."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp

from afil_core import messages
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.kinds import KINDS
from afil_core.kinds.joints import joint_state
from afil_core.testing import changed

STAMP = 12_345_678_901
RNG = np.random.default_rng(0)
BASE = {"rate_hz": 10.0, "max_age_s": 1.0}
TURN = np.array([0, 0, np.sin(0.3), np.cos(0.3)])
PICTURE = RNG.integers(0, 255, (6, 8, 3)).astype(np.uint8)
STREAMS = {
    "image": (
        {"type": "sensor_msgs/msg/Image", "encoding": "bgra8", "size": [6, 8]},
        PICTURE,
    ),
    "compressed_image": (
        {"type": "sensor_msgs/msg/CompressedImage", "format": "png", "size": [6, 8]},
        PICTURE,
    ),
    "depth": (
        {"type": "sensor_msgs/msg/Image", "size": [6, 8]},
        (RNG.integers(1, 5000, (6, 8)) * 1e-3).astype(np.float32),
    ),
    "pose": (
        {"type": "geometry_msgs/msg/PoseStamped", "frame": "base"},
        np.array([1.0, 2.0, 3.0, *TURN]),
    ),
    "joint_positions": (
        {"type": "sensor_msgs/msg/JointState", "joints": ["a", "b"]},
        np.array([0.5, -0.25]),
    ),
    "joint_velocities": (
        {"type": "sensor_msgs/msg/JointState", "joints": ["a", "b"]},
        np.array([0.5, -0.25]),
    ),
    "gripper_width": (
        {"type": "sensor_msgs/msg/JointState", "joints": ["l", "r"], "maximum": 0.08},
        np.array([0.04]),
    ),
    "speed": ({"type": "std_msgs/msg/Float32"}, np.array([2.5])),
    "odometry": (
        {"type": "nav_msgs/msg/Odometry", "frame": "map", "child_frame": "car"},
        np.array([1.0, 2, 3, *TURN, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]),
    ),
    "vector": (
        {"type": "sensor_msgs/msg/JointState", "names": ["a", "b"], "maximum": 3.0},
        np.array([0.5, -0.25]),
    ),
    "wrench": (
        {"type": "geometry_msgs/msg/WrenchStamped", "frame": "tool"},
        np.arange(6.0),
    ),
}


def stream(kind, **more):
    facts, _ = STREAMS[kind]
    entry = {"kind": kind, "topic": "x", **BASE, **facts, **more}
    return changed(load_contract("franka"), {"observations.x": entry}).stream("x")


def test_every_kind_is_tried_here():
    ours = {n for n in KINDS.names() if KINDS.get(n).__module__.startswith("afil_core.")}
    assert ours == set(STREAMS)


@pytest.mark.parametrize("kind", STREAMS)
def test_a_value_survives_its_message(kind):
    made, value = stream(kind), STREAMS[kind][1]
    decoded = made.decode(made.encode(value, STAMP))
    assert decoded.stamp_ns == (STAMP if made.has_header else None)
    assert decoded.value.shape == made.shape and decoded.value.dtype == made.dtype
    np.testing.assert_allclose(decoded.value, value, atol=1e-6)


@pytest.mark.parametrize("kind", STREAMS)
def test_a_blank_has_shape_and_type_and_can_be_sent(kind):
    made = stream(kind)
    blank = made.blank()
    assert blank.shape == made.shape and blank.dtype == made.dtype
    made.decode(made.encode(blank, STAMP))


@pytest.mark.parametrize("kind", [k for k in STREAMS if stream(k).is_vector])
def test_numbers_for_a_network_have_one_label_each(kind):
    made, value = stream(kind), STREAMS[kind][1]
    assert made.features(value).shape == (len(made.labels),)
    assert len(set(made.labels)) == len(made.labels)


@pytest.mark.parametrize("kind", STREAMS)
def test_no_bytes_raise_anything_but_a_sentence(kind):
    made, value = stream(kind), STREAMS[kind][1]
    cdr = made.encode(value, STAMP)
    rng = np.random.default_rng(1)
    tried = [cdr[:n] for n in (0, 3, 4, 11, len(cdr) // 2, len(cdr) - 1)]
    for _ in range(200):
        broken = bytearray(cdr)
        for at in rng.integers(4, len(cdr), 3):
            broken[at] = rng.integers(0, 256)
        tried.append(bytes(broken))
    for payload in tried:
        try:
            decoded = made.decode(payload)
        except AfilError as error:
            assert "topic /x" in str(error)
        else:
            assert decoded.value.shape == made.shape
            assert decoded.value.dtype == np.uint8 or np.isfinite(decoded.value).all()


@pytest.mark.parametrize("kind", ["pose", "odometry", "wrench"])
def test_a_message_in_another_frame_is_refused_with_the_key(kind):
    other = stream(kind, frame="elsewhere")
    with pytest.raises(AfilError, match=r"frame 'elsewhere', .*observations\.x\.frame"):
        stream(kind).decode(other.encode(STREAMS[kind][1], STAMP))


def test_an_empty_frame_takes_any():
    made = stream("pose", frame="")
    made.decode(stream("pose").encode(STREAMS["pose"][1], STAMP))


@pytest.mark.parametrize(
    ("kind", "unit", "scale"),
    [
        ("joint_positions", "deg", np.pi / 180),
        ("joint_velocities", "deg", np.pi / 180),
        ("gripper_width", "mm", 1e-3),
        ("speed", "km/h", 1 / 3.6),
    ],
)
def test_units_are_settings(kind, unit, scale):
    made, value = stream(kind, unit=unit), STREAMS[kind][1]
    raw = stream(kind, maximum=1e9).encode(value / scale, STAMP)
    np.testing.assert_allclose(made.decode(raw).value, value, rtol=1e-6)


def test_depth_in_metres_and_what_was_not_measured():
    made = stream("depth", encoding="32FC1", unit="m", maximum_m=5.0)
    depth = np.full((6, 8), 2.0, np.float32)
    depth[0, :4] = (np.nan, np.inf, -1.0, 7.0)
    decoded = made.decode(made.encode(depth, STAMP)).value
    assert not decoded[0, :4].any()
    np.testing.assert_array_equal(decoded[1:], depth[1:])


@pytest.mark.parametrize("value", [0.5, -0.1])
def test_a_value_out_of_range_says_to_check_the_unit(value):
    made = stream("gripper_width", minimum=0.0)
    wide = stream("gripper_width", maximum=1e9)
    with pytest.raises(AfilError, match=r"outside of \[0, 0.08\] .*check its unit and sign"):
        made.decode(wide.encode(np.array([value]), STAMP))


def test_a_sensor_may_read_a_little_beyond_its_range():
    made = stream("gripper_width", minimum=0.0)
    made.decode(stream("gripper_width", maximum=1.0).encode(np.array([0.0805]), STAMP))


def test_joints_are_found_by_name_in_any_order():
    made = stream("joint_positions")
    message = joint_state(["z", "b", "a"], np.array([9.0, 2.0, 1.0]), STAMP)
    np.testing.assert_array_equal(made.decode(messages.serialize(message)).value, [1, 2])


def test_poses_turn_the_short_way_between_two():
    made = stream("pose")
    a, b = np.array([0, 0, 0, 0, 0, 0, 1.0]), np.array([1, 0, 0, 0, 0, 1.0, 0])
    middle = made.interpolate(a, -1 * b * [-1, 1, 1, 1, 1, 1, 1], 0.5)
    assert middle[0] == pytest.approx(0.5)
    assert np.linalg.norm(middle[3:]) == pytest.approx(1.0)


def test_poses_turn_as_scipy_turns_them():
    made = stream("pose")
    pairs = np.concatenate([np.zeros((40, 2, 3)), RNG.normal(size=(40, 2, 4))], axis=2)
    # Hardly apart, not apart, and half a turn apart; and a quaternion that is not quite a unit.
    pairs[0, 1] = pairs[0, 0] + 1e-12
    pairs[1, 1] = pairs[1, 0]
    pairs[2, :, 3:] = [[0, 0, 0, 1], [0, 0, 1, 0]]
    pairs[3, 1, 3:] = 0.995 * pairs[3, 1, 3:] / np.linalg.norm(pairs[3, 1, 3:])
    for (a, b), share in zip(pairs, np.linspace(0, 1, 40), strict=True):
        turns = Rotation.from_quat([a[3:], b[3:]])
        wanted = Slerp([0.0, 1.0], turns)([share])
        found = Rotation.from_quat(made.interpolate(a, b, share)[3:])
        assert (found * wanted[0].inv()).magnitude() < 1e-7
        columns = turns[0].as_matrix()[:, :2].T.reshape(-1)
        np.testing.assert_allclose(made.features(a)[3:], columns, atol=1e-12)


def test_a_quaternion_and_its_negative_look_the_same_to_a_network():
    made, value = stream("pose"), STREAMS["pose"][1]
    other = value * [1, 1, 1, -1, -1, -1, -1]
    np.testing.assert_allclose(made.features(value), made.features(other))


@pytest.mark.parametrize("kind", ["image", "compressed_image", "depth"])
def test_an_image_can_not_be_interpolated(kind):
    with pytest.raises(AfilError, match=f"cannot be interpolate for kind {kind}"):
        stream(kind, alignment="interpolate")


def test_compressed_depth_is_read():
    made = stream("depth", type="sensor_msgs/msg/CompressedImage")
    import cv2

    depth = RNG.integers(1, 5000, (6, 8)).astype(np.uint16)
    data = np.concatenate([np.zeros(12, np.uint8), cv2.imencode(".png", depth)[1].reshape(-1)])
    message = messages.new(
        "sensor_msgs/msg/CompressedImage",
        header=messages.header(STAMP, ""),
        format="16UC1; compressedDepth",
        data=data,
    )
    decoded = made.decode(messages.serialize(message)).value
    np.testing.assert_allclose(decoded, depth * 1e-3, rtol=1e-6)
