"""Access to the parameters of another node."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from rcl_interfaces.srv import (
    DescribeParameters,
    GetParameters,
    GetParameterTypes,
    ListParameters,
    SetParameters,
    SetParametersAtomically,
)

from rclpy.parameter import Parameter, parameter_dict_from_yaml_file
from rclpy.qos import QoSProfile, qos_profile_services_default
from rclpy.task import Future


class AsyncParameterClient:
    """Calls the parameter services of a node; every call returns a future."""

    def __init__(
        self,
        node: Any,
        remote_node_name: str,
        qos_profile: QoSProfile = qos_profile_services_default,
        callback_group: Any = None,
    ) -> None:
        self.remote_node_name = remote_node_name
        self.node = node

        def client(kind: Any, name: str) -> Any:
            return node.create_client(
                kind,
                f"{remote_node_name}/{name}",
                qos_profile=qos_profile,
                callback_group=callback_group,
            )

        self._get = client(GetParameters, "get_parameters")
        self._list = client(ListParameters, "list_parameters")
        self._set = client(SetParameters, "set_parameters")
        self._types = client(GetParameterTypes, "get_parameter_types")
        self._describe = client(DescribeParameters, "describe_parameters")
        self._atomic = client(SetParametersAtomically, "set_parameters_atomically")
        self._all = (
            self._get, self._list, self._set, self._types, self._describe, self._atomic
        )  # fmt: skip

    def services_are_ready(self) -> bool:
        """Whether all services are there."""
        return all(client.service_is_ready() for client in self._all)

    def wait_for_services(self, timeout_sec: float | None = None) -> bool:
        """Wait for all services; returns whether they are there."""
        start = time.monotonic()
        for client in self._all:
            left = None if timeout_sec is None else timeout_sec - (time.monotonic() - start)
            if not client.wait_for_service(None if left is None else max(left, 0.0)):
                return False
        return True

    @staticmethod
    def _send(client: Any, request: Any, callback: Callable[[Future], Any] | None) -> Future:
        future = client.call_async(request)
        if callback is not None:
            future.add_done_callback(callback)
        return future

    def list_parameters(
        self, prefixes: list[str] | None = None, depth: int = 0, callback: Any = None
    ) -> Future:
        """Names of parameters."""
        request = ListParameters.Request(prefixes=prefixes or [], depth=depth)
        return self._send(self._list, request, callback)

    def get_parameters(self, names: list[str], callback: Any = None) -> Future:
        """Values of parameters."""
        return self._send(self._get, GetParameters.Request(names=names), callback)

    @staticmethod
    def _messages(parameters: Sequence[Any]) -> list[Any]:
        return [p.to_parameter_msg() if isinstance(p, Parameter) else p for p in parameters]

    def set_parameters(self, parameters: Sequence[Any], callback: Any = None) -> Future:
        """Set parameters one by one."""
        request = SetParameters.Request(parameters=self._messages(parameters))
        return self._send(self._set, request, callback)

    def set_parameters_atomically(self, parameters: Sequence[Any], callback: Any = None) -> Future:
        """Set all or none."""
        request = SetParametersAtomically.Request(parameters=self._messages(parameters))
        return self._send(self._atomic, request, callback)

    def describe_parameters(self, names: list[str], callback: Any = None) -> Future:
        """Descriptors of parameters."""
        return self._send(self._describe, DescribeParameters.Request(names=names), callback)

    def get_parameter_types(self, names: list[str], callback: Any = None) -> Future:
        """Types of parameters."""
        return self._send(self._types, GetParameterTypes.Request(names=names), callback)

    def delete_parameters(self, names: list[str], callback: Any = None) -> Future:
        """Unset dynamically typed parameters."""
        empty = [Parameter(name, Parameter.Type.NOT_SET) for name in names]
        return self.set_parameters(empty, callback)

    def load_parameter_file(
        self, parameter_file: str, use_wildcard: bool = False, callback: Any = None
    ) -> Future:
        """Set the parameters of a YAML file."""
        found = parameter_dict_from_yaml_file(
            parameter_file, use_wildcard, target_nodes=[self.remote_node_name]
        )
        return self.set_parameters(list(found.values()), callback)
