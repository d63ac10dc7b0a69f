"""The parameter part of a node: declare, get, set, describe, callbacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rcl_interfaces.msg import (
    ListParametersResult,
    ParameterDescriptor,
    ParameterEvent,
    SetParametersResult,
)
from rcl_interfaces.msg import Parameter as ParameterMsg

from rclpy.exceptions import (
    InvalidParameterException,
    InvalidParameterValueException,
    ParameterAlreadyDeclaredException,
    ParameterImmutableException,
    ParameterNotDeclaredException,
    ParameterUninitializedException,
)
from rclpy.impl.node_identity import NodeIdentity
from rclpy.impl.parameter_declaring import initial, read_entry
from rclpy.impl.parameter_listing import list_parameters
from rclpy.impl.parameter_ranges import check_range
from rclpy.parameter import Parameter

_EMPTY = Parameter.Type.NOT_SET


class NodeParameters(NodeIdentity):
    """Part of :class:`rclpy.node.Node`."""

    def _init_parameters(self, overrides: dict[str, Parameter], allow_undeclared: bool) -> None:
        self._parameters: dict[str, Parameter] = {}
        self._descriptors: dict[str, ParameterDescriptor] = {}
        self._parameter_overrides = overrides
        self._allow_undeclared_parameters = allow_undeclared
        self._pre_set_callbacks: list[Callable[..., Any]] = []
        self._on_set_callbacks: list[Callable[..., Any]] = []
        self._post_set_callbacks: list[Callable[..., Any]] = []
        self._parameter_event_publisher: Any = None

    # Declaring

    def declare_parameter(
        self,
        name: str,
        value: Any = None,
        descriptor: ParameterDescriptor | None = None,
        ignore_override: bool = False,
    ) -> Parameter:
        """Declare a parameter.

        Args:
            name: Dotted name.
            value: Default value, or a Parameter.Type for a static type without default.
            descriptor: Description, ranges, read-only, dynamic typing.
            ignore_override: Whether values from the command line are ignored.

        Raises:
            ParameterAlreadyDeclaredException: It is declared already.
            InvalidParameterException: The name is empty.
            InvalidParameterTypeException: An override has another type.
            InvalidParameterValueException: A range or a callback refuses the value.
        """
        entry: tuple[Any, ...] = (name,)
        if value is not None or descriptor is not None:
            entry = (name, value, descriptor or ParameterDescriptor())
        return self.declare_parameters("", [entry], ignore_override)[0]

    def declare_parameters(
        self, namespace: str, parameters: Sequence[Any], ignore_override: bool = False
    ) -> list[Parameter]:
        """Declare several: tuples (name[, value[, descriptor]]); see declare_parameter."""
        prepared: list[tuple[Parameter, ParameterDescriptor]] = []
        seen: set[str] = set()
        for entry in parameters:
            name, value, descriptor = read_entry(entry)
            full = f"{namespace}.{name}" if namespace else name
            if not name or not full:
                raise InvalidParameterException(full)
            if full in self._parameters or full in seen:
                raise ParameterAlreadyDeclaredException([full])
            seen.add(full)
            override = None if ignore_override else self._parameter_overrides.get(full)
            prepared.append((initial(full, value, descriptor, override), descriptor))
        declared = []
        for parameter, descriptor in prepared:
            descriptor.name = parameter.name
            if descriptor.dynamic_typing:
                descriptor.type = int(parameter.type_)
            result = check_range(parameter, descriptor)
            if result.successful:
                result = self._ask_callbacks([parameter])
            if not result.successful:
                raise InvalidParameterValueException(
                    parameter.name, parameter.value, result.reason
                )
            self._parameters[parameter.name] = parameter
            self._descriptors[parameter.name] = descriptor
            declared.append(parameter)
            self._publish_parameter_event(new=[parameter])
            self._tell_post_set([parameter])
        return declared

    def undeclare_parameter(self, name: str) -> None:
        """Remove a parameter.

        Raises:
            ParameterNotDeclaredException: There is none.
            ParameterImmutableException: It is read-only.
        """
        if name not in self._parameters:
            raise ParameterNotDeclaredException(name)
        if self._descriptors[name].read_only:
            raise ParameterImmutableException(name)
        # No parameter event, as in rclpy.
        del self._parameters[name]
        del self._descriptors[name]

    # Reading

    def has_parameter(self, name: str) -> bool:
        """Whether it is declared."""
        return name in self._parameters

    def get_parameter(self, name: str) -> Parameter:
        """Return a parameter.

        Raises:
            ParameterNotDeclaredException: It is not declared (and undeclared are not allowed).
            ParameterUninitializedException: It is statically typed and has no value yet.
        """
        parameter = self._parameters.get(name)
        if parameter is not None:
            static = not self._descriptors[name].dynamic_typing
            if parameter.type_ is _EMPTY and static:
                raise ParameterUninitializedException(name)
            return parameter
        if self._allow_undeclared_parameters:
            return Parameter(name, _EMPTY, None)
        raise ParameterNotDeclaredException(name)

    def get_parameters(self, names: list[str]) -> list[Parameter]:
        """Return several parameters; see get_parameter."""
        if not all(isinstance(name, str) for name in names):
            raise TypeError("All names must be instances of type str")
        return [self.get_parameter(name) for name in names]

    def get_parameter_or(self, name: str, alternative_value: Any = None) -> Parameter:
        """Return a parameter, or the alternative where it is not declared."""
        alternative = alternative_value
        if not isinstance(alternative, Parameter):
            alternative = Parameter(name, value=alternative)
        parameter = self._parameters.get(name)
        return alternative if parameter is None or parameter.type_ is _EMPTY else parameter

    def get_parameters_by_prefix(self, prefix: str) -> dict[str, Parameter]:
        """Parameters below a prefix, by the rest of their names."""
        start = f"{prefix}." if prefix else ""
        return {n[len(start) :]: p for n, p in self._parameters.items() if n.startswith(start)}

    def get_parameter_type(self, name: str) -> Parameter.Type:
        """Type of a parameter."""
        if name in self._parameters:
            return self._parameters[name].type_
        if self._allow_undeclared_parameters:
            return _EMPTY
        raise ParameterNotDeclaredException(name)

    def get_parameter_types(self, names: list[str]) -> list[Parameter.Type]:
        """Types of several parameters."""
        return [self.get_parameter_type(name) for name in names]

    def describe_parameter(self, name: str) -> ParameterDescriptor:
        """Descriptor of a parameter."""
        if name in self._descriptors:
            return self._descriptors[name]
        if self._allow_undeclared_parameters:
            return ParameterDescriptor()
        raise ParameterNotDeclaredException(name)

    def describe_parameters(self, names: list[str]) -> list[ParameterDescriptor]:
        """Descriptors of several parameters."""
        return [self.describe_parameter(name) for name in names]

    def list_parameters(self, prefixes: list[str], depth: int) -> ListParametersResult:
        """Names below any of the prefixes, at most so many parts (0: any number) deeper."""
        return list_parameters(self._parameters, prefixes, depth)

    def set_descriptor(
        self, name: str, descriptor: ParameterDescriptor, alternative_value: Any = None
    ) -> Any:
        """Replace a descriptor; the alternative is set where the value does not comply.

        Returns:
            The parameter's value message.

        Raises:
            InvalidParameterValueException: No value complies, in type or range.
        """
        if name not in self._descriptors:
            if self._allow_undeclared_parameters:
                return Parameter(name, _EMPTY).get_parameter_value()
            raise ParameterNotDeclaredException(name)
        if self._descriptors[name].read_only:
            raise ParameterImmutableException(name)
        parameter = self.get_parameter(name)
        descriptor.name = name
        result = self._check_value(parameter, descriptor)
        if not result.successful and alternative_value is not None:
            parameter = Parameter.from_parameter_msg(
                ParameterMsg(name=name, value=alternative_value)
            )
            result = self._check_value(parameter, descriptor)
        if not result.successful:
            raise InvalidParameterValueException(name, parameter.value, result.reason)
        if descriptor.dynamic_typing:
            descriptor.type = int(parameter.type_)
        self._descriptors[name] = descriptor
        self._parameters[name] = parameter
        return parameter.get_parameter_value()

    # Setting

    def set_parameters(self, parameter_list: list[Parameter]) -> list[SetParametersResult]:
        """Set parameters one by one.

        Raises:
            ParameterNotDeclaredException: One is not declared.
        """
        return [self.set_parameters_atomically([parameter]) for parameter in parameter_list]

    def _check_declared(self, parameters: list[Parameter]) -> None:
        if self._allow_undeclared_parameters:
            return
        missing = [p.name for p in parameters if p.name not in self._parameters]
        if missing:
            raise ParameterNotDeclaredException(missing)

    def set_parameters_atomically(self, parameter_list: list[Parameter]) -> SetParametersResult:
        """Set all or none.

        Raises:
            ParameterNotDeclaredException: One is not declared.
        """
        parameters = list(parameter_list)
        if not all(isinstance(p, Parameter) for p in parameters):
            raise TypeError("parameter must be instance of type 'rclpy.parameter.Parameter'")
        if self._pre_set_callbacks:
            # Each gets the list as it was given; what they return is set together.
            parameters = [p for callback in self._pre_set_callbacks for p in callback(parameters)]
            if not parameters:
                reason = "The parameter list is empty: a pre-set callback took all parameters out."
                return SetParametersResult(successful=False, reason=reason)
        self._check_declared(parameters)
        for parameter in parameters:
            result = self._check_one(parameter)
            if not result.successful:
                return result
        result = self._ask_callbacks(parameters)
        if not result.successful:
            return result
        self._store(parameters)
        self._tell_post_set(parameters)
        return result

    def _check_one(self, parameter: Parameter) -> SetParametersResult:
        descriptor = self._descriptors.get(parameter.name)
        if descriptor is None:
            return SetParametersResult(successful=True)
        if descriptor.read_only:
            return SetParametersResult(
                successful=False,
                reason="Trying to set a read-only parameter: " + parameter.name + ".",
            )
        return self._check_value(parameter, descriptor)

    @staticmethod
    def _check_value(parameter: Parameter, descriptor: ParameterDescriptor) -> SetParametersResult:
        if not descriptor.dynamic_typing:
            expected = Parameter.Type(descriptor.type)
            if parameter.type_ is _EMPTY:
                reason = "Static parameter cannot be undeclared"
                return SetParametersResult(successful=False, reason=reason)
            if parameter.type_ is not expected:
                return SetParametersResult(
                    successful=False,
                    reason=f"Wrong parameter type, expected '{expected}' got '{parameter.type_}'",
                )
        return check_range(parameter, descriptor)

    def _ask_callbacks(self, parameters: list[Parameter]) -> SetParametersResult:
        for callback in self._on_set_callbacks:
            result = callback(parameters)
            if not isinstance(result, SetParametersResult):
                reason = "Callback returned an invalid type, it should return SetParameterResult."
                self.get_logger().warning(reason)
                result = SetParametersResult(successful=False, reason=reason)
            if not result.successful:
                return result
        return SetParametersResult(successful=True)

    def _tell_post_set(self, parameters: list[Parameter]) -> None:
        for callback in self._post_set_callbacks:
            callback(parameters)

    def _store(self, parameters: list[Parameter]) -> None:
        new: list[Parameter] = []
        changed: list[Parameter] = []
        deleted: list[Parameter] = []
        for parameter in parameters:
            old = self._parameters.get(parameter.name)
            if parameter.type_ is _EMPTY:
                deleted.append(parameter)
                self._parameters.pop(parameter.name, None)
                self._descriptors.pop(parameter.name, None)
                continue
            known = old is not None and old.type_ is not _EMPTY
            (changed if known else new).append(parameter)
            self._parameters[parameter.name] = parameter
            descriptor = self._descriptors.setdefault(
                parameter.name, ParameterDescriptor(name=parameter.name, dynamic_typing=True)
            )
            if descriptor.dynamic_typing:
                descriptor.type = int(parameter.type_)
        self._publish_parameter_event(new=new, changed=changed, deleted=deleted)

    def _publish_parameter_event(
        self,
        new: Sequence[Parameter] = (),
        changed: Sequence[Parameter] = (),
        deleted: Sequence[Parameter] = (),
    ) -> None:
        if self._parameter_event_publisher is None or not (new or changed or deleted):
            return
        self._parameter_event_publisher.publish(
            ParameterEvent(
                stamp=self.get_clock().now().to_msg(),
                node=self.get_fully_qualified_name(),
                new_parameters=[p.to_parameter_msg() for p in new],
                changed_parameters=[p.to_parameter_msg() for p in changed],
                deleted_parameters=[p.to_parameter_msg() for p in deleted],
            )
        )
