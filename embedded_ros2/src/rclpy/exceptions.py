"""Exceptions of the client library."""

from __future__ import annotations

from typing import Any


class NotInitializedException(Exception):  # noqa: N818
    """The context is not initialized."""

    def __init__(self, *args: Any) -> None:
        super().__init__("rclpy.init() has not been called", *args)


class NoTypeSupportImportedException(Exception):  # noqa: N818
    """A class that is no ROS interface was given where one is needed."""


class NameValidationException(Exception):  # noqa: N818
    """A name breaks the naming rules; says where."""

    def __init__(
        self, name_type: str, name: str, error_msg: str, invalid_index: int, *args: Any
    ) -> None:
        super().__init__(
            f"Invalid {name_type}: {error_msg}:\n  '{name}'\n   {' ' * invalid_index}^", *args
        )
        self.name_type = name_type
        self.name = name
        self.error_msg = error_msg
        self.invalid_index = invalid_index


class InvalidNamespaceException(NameValidationException):
    """A namespace breaks the naming rules."""

    def __init__(self, name: str, error_msg: str, invalid_index: int, *args: Any) -> None:
        super().__init__("namespace", name, error_msg, invalid_index, *args)


class InvalidNodeNameException(NameValidationException):
    """A node name breaks the naming rules."""

    def __init__(self, name: str, error_msg: str, invalid_index: int, *args: Any) -> None:
        super().__init__("node name", name, error_msg, invalid_index, *args)


class InvalidTopicNameException(NameValidationException):
    """A topic name breaks the naming rules."""

    def __init__(self, name: str, error_msg: str, invalid_index: int, *args: Any) -> None:
        super().__init__("topic name", name, error_msg, invalid_index, *args)


class InvalidServiceNameException(NameValidationException):
    """A service name breaks the naming rules."""

    def __init__(self, name: str, error_msg: str, invalid_index: int, *args: Any) -> None:
        super().__init__("service name", name, error_msg, invalid_index, *args)


class InvalidHandle(Exception):  # noqa: N818
    """The entity was destroyed."""


class ParameterException(Exception):  # noqa: N818
    """Base of the parameter errors; ``args[1]`` is the list of names."""

    def __init__(self, error_msg: str, parameters: Any, *args: Any) -> None:
        super().__init__(error_msg, parameters, *args)


class ParameterNotDeclaredException(ParameterException):
    """An undeclared parameter was used."""

    def __init__(self, parameters: Any, *args: Any) -> None:
        super().__init__("Invalid access to undeclared parameter(s)", parameters, *args)


class ParameterAlreadyDeclaredException(ParameterException):
    """A parameter was declared twice."""

    def __init__(self, parameters: Any, *args: Any) -> None:
        super().__init__("Parameter(s) already declared", parameters, *args)


class InvalidParameterException(ParameterException):
    """A parameter name is not allowed."""

    def __init__(self, parameter: Any, *args: Any) -> None:
        super().__init__("Invalid parameter name", parameter, *args)


class InvalidParameterTypeException(ParameterException):
    """A value has another type than the parameter's static type."""

    def __init__(self, desired_parameter: Any, expected_type: str, *args: Any) -> None:
        super().__init__(
            f"Trying to set parameter '{desired_parameter.name}' to "
            f"'{desired_parameter.value}' of type '{desired_parameter.type_.name}', "
            f"expecting type '{expected_type}'",
            desired_parameter,
            *args,
        )
        self.param_name = desired_parameter.name


class InvalidParameterValueException(ParameterException):
    """A callback or a range refused a value."""

    def __init__(self, parameter: Any, value: Any, reason: str, *args: Any) -> None:
        message = f"Invalid parameter value ({value}) for parameter"
        if reason:
            message += f". Reason: {reason}"
        super().__init__(message, parameter, *args)


class ParameterImmutableException(ParameterException):
    """A read-only parameter was set or undeclared."""

    def __init__(self, parameter: Any, *args: Any) -> None:
        super().__init__("Attempted to modify read-only parameter", parameter, *args)


class ParameterUninitializedException(ParameterException):
    """A statically typed parameter without a value was read."""

    def __init__(self, parameter: Any, *args: Any) -> None:
        super().__init__("The parameter is not initialized", parameter, *args)


class ROSInterruptException(Exception):  # noqa: N818
    """A sleep or wait ended because the context was shut down."""

    def __init__(self, *args: Any) -> None:
        super().__init__("rclpy.shutdown() has been called", *args)
