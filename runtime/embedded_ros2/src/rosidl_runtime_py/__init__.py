"""Interfaces at run time: messages to YAML and back; classes by name are in ``utilities``."""

from embedded_ros2 import finder
from rosidl_runtime_py.convert import message_to_csv, message_to_ordereddict, message_to_yaml
from rosidl_runtime_py.set_message import set_message_fields

finder.install()

__all__ = ["message_to_csv", "message_to_ordereddict", "message_to_yaml", "set_message_fields"]
