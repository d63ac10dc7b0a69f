import array
import copy

import numpy as np
import pytest
from geometry_msgs.msg import Point, Pose, PoseStamped, PoseWithCovariance, Quaternion
from sensor_msgs.msg import CompressedImage, Image, JointState
from std_msgs.msg import Bool, ByteMultiArray, Empty, Float64, Header, Int8, String, UInt8
from std_srvs.srv import SetBool, Trigger

from rclpy.serialization import deserialize_message, serialize_message


def test_fields_have_zero_defaults():
    message = JointState()
    assert message.name == [] and message.header.frame_id == ""
    assert message.header.stamp.sec == 0


def test_defaults_of_the_definition_are_used():
    assert Quaternion().w == 1.0 and Quaternion().x == 0.0


def test_keyword_constructor_sets_fields():
    assert Point(x=1.0, z=3.0) == Point(x=1.0, y=0.0, z=3.0)


def test_nested_messages_are_not_shared():
    assert PoseStamped().pose is not PoseStamped().pose


def test_number_sequences_are_arrays():
    message = JointState(position=[1.0, 2.0])
    assert message.position == array.array("d", [1.0, 2.0])
    assert message.position.typecode == "d"


def test_bytes_fit_a_uint8_sequence():
    assert Image(data=b"\x01\x02").data == array.array("B", [1, 2])


def test_number_arrays_are_numpy():
    covariance = PoseWithCovariance().covariance
    assert isinstance(covariance, np.ndarray)
    assert covariance.shape == (36,) and covariance.dtype == np.float64


def test_lists_become_numpy_in_fixed_arrays():
    message = PoseWithCovariance(covariance=[float(i) for i in range(36)])
    assert message.covariance[35] == 35.0


def test_octets_are_bytes():
    assert ByteMultiArray(data=[b"\x01"]).data == [b"\x01"]


def test_constants_are_class_attributes():
    from sensor_msgs.msg import JoyFeedback

    assert JoyFeedback.TYPE_RUMBLE == 1


def test_byte_constants_are_bytes():
    from diagnostic_msgs.msg import DiagnosticStatus

    assert DiagnosticStatus.ERROR == b"\x02"


def test_get_fields_and_field_types():
    assert JointState.get_fields_and_field_types() == {
        "header": "std_msgs/Header",
        "name": "sequence<string>",
        "position": "sequence<double>",
        "velocity": "sequence<double>",
        "effort": "sequence<double>",
    }


def test_field_types_of_fixed_arrays():
    assert PoseWithCovariance.get_fields_and_field_types()["covariance"] == "double[36]"


def test_field_types_are_a_copy():
    String.get_fields_and_field_types().clear()
    assert String.get_fields_and_field_types() == {"data": "string"}


def test_equality_compares_fields():
    assert String(data="a") == String(data="a") != String(data="b")


def test_equality_with_another_type_is_false():
    assert String(data="a") != Bool(data=True)


def test_equality_of_numpy_fields():
    one, two = PoseWithCovariance(), PoseWithCovariance()
    assert one == two


def test_repr_shows_type_and_fields():
    assert repr(String(data="x")) == "std_msgs.msg.String(data='x')"


def test_repr_of_arrays_is_a_list():
    assert "position=[1.0]" in repr(JointState(position=[1.0]))


def test_messages_can_be_copied():
    original = Pose(position=Point(x=1.0))
    duplicate = copy.deepcopy(original)
    duplicate.position.x = 2.0
    assert original.position.x == 1.0


def test_check_fields_refuses_a_wrong_type():
    with pytest.raises(AssertionError, match="data"):
        String(data=1, check_fields=True)


def test_check_fields_refuses_a_number_out_of_range():
    with pytest.raises(AssertionError):
        UInt8(data=256, check_fields=True)
    with pytest.raises(AssertionError):
        Int8(data=-129, check_fields=True)


def test_check_fields_refuses_an_unknown_argument():
    with pytest.raises(AssertionError):
        String(text="x", check_fields=True)


def test_check_fields_refuses_an_int_for_a_float():
    with pytest.raises(AssertionError):
        Float64(data=1, check_fields=True)


def test_check_fields_refuses_a_wrong_array_length():
    with pytest.raises(AssertionError):
        PoseWithCovariance(check_fields=True).covariance = np.zeros(3)


def test_unknown_attributes_are_refused():
    with pytest.raises(AttributeError):
        String().text = "x"


@pytest.mark.parametrize(
    "message",
    [
        String(data="grüß dich"),
        Empty(),
        Header(frame_id="odd"),
        JointState(name=["a", "bcd"], position=[1.5, -2.5]),
        PoseWithCovariance(covariance=[float(i) for i in range(36)]),
        Image(height=1, width=3, encoding="mono8", step=3, data=b"\x01\x02\x03"),
        CompressedImage(format="jpeg", data=b"\xff\xd8"),
        ByteMultiArray(data=[b"\x00", b"\xff"]),
    ],
    ids=lambda message: type(message).__name__,
)
def test_serialization_round_trip(message):
    assert deserialize_message(serialize_message(message), type(message)) == message


def test_serialized_bytes_are_little_endian_cdr():
    data = serialize_message(String(data="hi"))
    assert data[:11] == b"\x00\x01\x00\x00\x03\x00\x00\x00hi\x00"


def test_empty_sequence_of_doubles_has_no_padding():
    data = serialize_message(JointState())
    assert deserialize_message(data, JointState) == JointState()


def test_deserializing_too_few_bytes_raises():
    with pytest.raises(Exception, match="."):
        deserialize_message(b"\x00\x01\x00\x00\x40\x00\x00\x00hi\x00", String)


def test_service_classes_have_request_and_response():
    assert SetBool.Request(data=True).data is True
    assert Trigger.Response(success=True, message="m").message == "m"


def test_service_classes_cannot_be_made():
    with pytest.raises(NotImplementedError):
        Trigger()
