"""Definitions, CDR and type hashes against the rosbags type store."""

import pytest
from rosbags.typesys import Stores, get_typestore

from embedded_ros2 import cdr
from embedded_ros2.definitions import packages
from embedded_ros2.interface_modules import interface_class
from embedded_ros2.message_classes import structure_class
from embedded_ros2.parser import DefinitionError, parse_message
from embedded_ros2.type_hash import message_hash, service_hash

STORE = get_typestore(Stores.ROS2_JAZZY)


def test_default_messages_are_the_bytes_that_rosbags_writes():
    for name in STORE.fielddefs:
        ours = bytes(cdr.serialize(structure_class(name)(), name))
        theirs = bytes(STORE.serialize_cdr(STORE.deserialize_cdr(ours, name), name))
        assert ours == theirs.ljust(len(theirs) + (-len(theirs) & 3), b"\0"), name


def test_every_defined_interface_has_a_class():
    from embedded_ros2.definitions import interface_names

    for package, kinds in packages().items():
        for kind in kinds:
            for name in interface_names(package, kind):
                assert interface_class(f"{package}/{kind}/{name}").__name__ == name


def test_big_endian_is_read():
    data = b"\x00\x00\x00\x00" + b"\x00\x00\x00\x03" + b"hi\x00" + b"\x00"
    assert cdr.deserialize(data, "std_msgs/msg/String").data == "hi"


def test_the_same_names_twice_are_read_alike():
    name = "sensor_msgs/msg/JointState"
    message = structure_class(name)(name=["a", "bcd"], position=[1.0])
    data = bytes(cdr.serialize(message, name))
    one, two = cdr.deserialize(data, name), cdr.deserialize(data, name)
    one.name.append("changed")
    assert two == message == cdr.deserialize(data, name)


@pytest.mark.parametrize("cut", [0, 3, 4, 7, 10])
def test_short_payloads_are_malformed(cut):
    data = bytes(cdr.serialize(structure_class("std_msgs/msg/String")(data="hello"),
                               "std_msgs/msg/String"))  # fmt: skip
    with pytest.raises(cdr.MalformedCdrError, match="std_msgs/msg/String"):
        cdr.deserialize(data[:cut], "std_msgs/msg/String")


def test_absurd_lengths_are_malformed():
    data = b"\x00\x01\x00\x00" + b"\xff\xff\xff\xff" * 8
    for name in ("std_msgs/msg/String", "sensor_msgs/msg/JointState", "tf2_msgs/msg/TFMessage"):
        with pytest.raises(cdr.MalformedCdrError):
            cdr.deserialize(data, name)


def test_too_long_payloads_are_malformed():
    with pytest.raises(cdr.MalformedCdrError, match="expected"):
        cdr.deserialize(b"\x00\x01\x00\x00\x01" + bytes(40), "std_msgs/msg/Bool")


def test_wrong_values_are_named():
    message = structure_class("std_msgs/msg/String")(data=5)
    with pytest.raises(TypeError, match="std_msgs/msg/String"):
        cdr.serialize(message, "std_msgs/msg/String")


# As real installations write them into discovery data and bags; the first half is enough.
_KNOWN_HASHES = {
    "builtin_interfaces/msg/Time": "b106235e25a4c5ed35098aa0a61a3ee9",
    "example_interfaces/msg/Int64": "1b3b9a6502f560d079520c73c685a955",
    "geometry_msgs/msg/Twist": "9c45bf16fe0983d80e3cfe750d683584",
    "rmw_dds_common/msg/ParticipantEntitiesInfo": "91a0593bacdcc50ea9bdcf849a938b12",
    "sensor_msgs/msg/Image": "d31d41a9a4c4bc8eae9be757b0beed30",
    "sensor_msgs/msg/JointState": "a13ee3a330e346c9d87b5aa18d24e116",
    "std_msgs/msg/Header": "f49fb3ae2cf070f793645ff749683ac6",
    "std_msgs/msg/String": "df668c740482bbd48fb39d76a70dfd4b",
}  # fmt: skip


@pytest.mark.parametrize("name", _KNOWN_HASHES)
def test_type_hash_is_that_of_real_installations(name):
    assert message_hash(name).startswith(f"RIHS01_{_KNOWN_HASHES[name]}")


def test_service_hash_is_that_of_real_installations():
    assert service_hash("example_interfaces/srv/AddTwoInts") == (
        "RIHS01_e118de6bf5eeb66a2491b5bda11202e7b68f198d6f67922cf30364858239c81a"
    )


def test_errors_of_definitions_name_the_line():
    with pytest.raises(DefinitionError, match=r"x\.msg, line 2"):
        parse_message("int32 good\nint32[ bad\n", "p/msg/X", "x.msg")


def test_definitions_have_defaults_bounds_and_constants():
    text = "int32 LIMIT=3\nfloat64 gain 2.5\nstring<=4 word 'ab'\nint8[<=2] few\nuint8[3] three\n"
    definition = parse_message(text, "p/msg/X")
    assert [field.default for field in definition.fields] == [2.5, "ab", None, None]
    assert definition.constants[0].value == 3
    assert definition.fields[2].type.idl_name == "sequence<int8, 2>"
    assert definition.fields[3].type.idl_name == "uint8[3]"
