"""Checks that a class is a ROS interface."""

from __future__ import annotations

from typing import Any

from rclpy.action.client import check_action_type
from rclpy.exceptions import NoTypeSupportImportedException
from rclpy.impl.entity import check_message_type, check_service_type

__all__ = [
    "check_for_type_support",
    "check_is_valid_action_type",
    "check_is_valid_msg_type",
    "check_is_valid_srv_type",
]


def check_for_type_support(msg_or_srv_type: Any) -> None:
    """Raise NoTypeSupportImportedException where it is neither message nor service."""
    if not hasattr(msg_or_srv_type, "_TYPE_SUPPORT"):
        raise NoTypeSupportImportedException(f"{msg_or_srv_type!r} is no ROS interface class")


def check_is_valid_msg_type(msg_type: Any) -> None:
    """Raise NoTypeSupportImportedException where it is no message class."""
    check_message_type(msg_type)


def check_is_valid_srv_type(srv_type: Any) -> None:
    """Raise NoTypeSupportImportedException where it is no service class."""
    check_service_type(srv_type)


def check_is_valid_action_type(action_type: Any) -> None:
    """Raise NoTypeSupportImportedException where it is no action class."""
    check_action_type(action_type)
