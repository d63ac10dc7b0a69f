"""The service through which others ask for the definitions of a node's types (REP 2016)."""

from __future__ import annotations

import re
import weakref
from typing import Any

from rcl_interfaces.msg import ParameterDescriptor
from type_description_interfaces.msg import (
    Field,
    FieldType,
    IndividualTypeDescription,
    TypeDescription,
)
from type_description_interfaces.srv import GetTypeDescription

from embedded_ros2.type_hash import (
    describe_message,
    describe_service,
    message_hash,
    service_hash,
)
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_services_default

START_TYPE_DESCRIPTION_SERVICE_PARAM = "start_type_description_service"
_HASH = re.compile(r"RIHS01_[0-9a-f]{64}")


def _individual(tree: dict[str, Any]) -> IndividualTypeDescription:
    return IndividualTypeDescription(
        type_name=tree["type_name"],
        fields=[
            Field(name=field["name"], type=FieldType(**field["type"])) for field in tree["fields"]
        ],
    )


def _message(tree: dict[str, Any]) -> TypeDescription:
    return TypeDescription(
        type_description=_individual(tree["type_description"]),
        referenced_type_descriptions=[
            _individual(part) for part in tree["referenced_type_descriptions"]
        ],
    )


class TypeDescriptionService:
    """Offers ``~/get_type_description`` unless the node's parameter says otherwise.

    The parameter ``start_type_description_service`` is declared read-only. Sources of the types
    are not sent: most definitions here come without their files.
    """

    def __init__(self, node: Any) -> None:
        self._node_ref = weakref.ref(node)
        self.service_name = f"{node.get_name()}/get_type_description"
        self.enabled = False
        name = START_TYPE_DESCRIPTION_SERVICE_PARAM
        if not node.has_parameter(name):
            node.declare_parameter(
                name,
                True,
                ParameterDescriptor(
                    description="Whether the node offers ~/get_type_description.", read_only=True
                ),
            )
        parameter = node.get_parameter(name)
        if parameter.type_ is Parameter.Type.BOOL:
            self.enabled = parameter.value
        elif parameter.type_ is not Parameter.Type.NOT_SET:
            node.get_logger().error(
                f"Invalid type for parameter '{name}' {parameter.type_!r} should be bool"
            )
        if self.enabled:
            node.create_service(
                GetTypeDescription,
                self.service_name,
                self._answer,
                qos_profile=qos_profile_services_default,
            )

    def _find(self, wanted: str) -> dict[str, Any] | None:
        """Description of the type of that hash, if an entity of the node has it."""
        node = self._node_ref()
        if node is None:
            raise ReferenceError("Expected valid node weak reference")
        for entity in (*node.publishers, *node.subscriptions):
            if message_hash(entity._type_name) == wanted:
                return describe_message(entity._type_name)
        for entity in (*node.services, *node.clients):
            if service_hash(entity._type_name) == wanted:
                return describe_service(entity._type_name)
        return None

    def _answer(self, request: Any, response: Any) -> Any:
        response.successful = False
        if not _HASH.fullmatch(request.type_hash):
            response.failure_reason = "Failed to parse type hash"
            return response
        tree = self._find(request.type_hash)
        if tree is None:
            response.failure_reason = "Type not currently in use by this node"
            return response
        response.type_description = _message(tree)
        response.successful = True
        return response
