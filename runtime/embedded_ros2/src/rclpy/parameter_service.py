"""The services through which others read and set a node's parameters."""

from __future__ import annotations

import weakref
from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rcl_interfaces.srv import (
    DescribeParameters,
    GetParameters,
    GetParameterTypes,
    ListParameters,
    SetParameters,
    SetParametersAtomically,
)

from rclpy.exceptions import ParameterNotDeclaredException, ParameterUninitializedException
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_parameters


class ParameterService:
    """Offers the six parameter services of a node."""

    def __init__(self, node: Any) -> None:
        self._node_ref = weakref.ref(node)
        name = node.get_name()
        for kind, suffix, callback in (
            (DescribeParameters, "describe_parameters", self._describe),
            (GetParameters, "get_parameters", self._get),
            (GetParameterTypes, "get_parameter_types", self._get_types),
            (ListParameters, "list_parameters", self._list),
            (SetParameters, "set_parameters", self._set),
            (SetParametersAtomically, "set_parameters_atomically", self._set_atomically),
        ):
            node.create_service(
                kind, f"{name}/{suffix}", callback, qos_profile=qos_profile_parameters
            )

    @property
    def _node(self) -> Any:
        node = self._node_ref()
        if node is None:
            raise ReferenceError("Expected valid node weak reference")
        return node

    def _describe(self, request: Any, response: Any) -> Any:
        try:
            response.descriptors = self._node.describe_parameters(list(request.names))
        except ParameterNotDeclaredException as error:
            response.descriptors = []
            self._node.get_logger().warning(f"Failed to describe parameters: {error}")
        return response

    def _get(self, request: Any, response: Any) -> Any:
        values = []
        for name in request.names:
            try:
                values.append(self._node.get_parameter(name).get_parameter_value())
            except (ParameterNotDeclaredException, ParameterUninitializedException) as error:
                # One name without a value, and no value is answered at all, as in rclpy.
                self._node.get_logger().warning(f"Failed to get parameters: {error}")
                response.values = []
                return response
        response.values = values
        return response

    def _get_types(self, request: Any, response: Any) -> Any:
        try:
            response.types = [
                int(kind) for kind in self._node.get_parameter_types(list(request.names))
            ]
        except ParameterNotDeclaredException as error:
            response.types = []
            self._node.get_logger().warning(f"Failed to get parameter types: {error}")
        return response

    def _list(self, request: Any, response: Any) -> Any:
        response.result = self._node.list_parameters(list(request.prefixes), request.depth)
        return response

    def _set(self, request: Any, response: Any) -> Any:
        for message in request.parameters:
            try:
                parameter = Parameter.from_parameter_msg(message)
                result = self._node.set_parameters_atomically([parameter])
            except (ParameterNotDeclaredException, RuntimeError, ValueError) as error:
                result = SetParametersResult(successful=False, reason=str(error))
            response.results.append(result)
        return response

    def _set_atomically(self, request: Any, response: Any) -> Any:
        try:
            parameters = [Parameter.from_parameter_msg(p) for p in request.parameters]
            response.result = self._node.set_parameters_atomically(parameters)
        except (ParameterNotDeclaredException, RuntimeError, ValueError) as error:
            response.result = SetParametersResult(successful=False, reason=str(error))
        return response
