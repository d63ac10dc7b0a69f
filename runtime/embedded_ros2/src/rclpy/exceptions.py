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


class InvalidHandle(RuntimeError):  # noqa: N818
    """The entity was destroyed."""


class ParameterException(Exception):  # noqa: N818
    """Base of the parameter errors; the text ends with the names."""

    def __init__(self, error_msg: str, parameters: Any) -> None:
        super().__init__(f"{error_msg}: {parameters}")


class ParameterNotDeclaredException(ParameterException):
    """An undeclared parameter was used."""

    def __init__(self, parameters: Any) -> None:
        super().__init__("Invalid access to undeclared parameter(s)", parameters)


class ParameterAlreadyDeclaredException(ParameterException):
    """A parameter was declared twice."""

    def __init__(self, parameters: Any) -> None:
        super().__init__("Parameter(s) already declared", parameters)


class InvalidParameterException(ParameterException):
    """A parameter name is not allowed."""

    def __init__(self, parameter_name: str) -> None:
        super().__init__("Invalid parameter name", parameter_name)


class InvalidParameterTypeException(ParameterException):
    """A value has another type than the parameter's static type."""

    def __init__(self, desired_parameter: Any, expected_type: str) -> None:
        super().__init__(
            f"Trying to set parameter '{desired_parameter.name}' to "
            f"'{desired_parameter.value}' of type '{desired_parameter.type_.name}', "
            f"expecting type '{expected_type}'",
            desired_parameter.name,
        )


class InvalidParameterValueException(ParameterException):
    """A callback or a range refused a value."""

    def __init__(self, parameter: str, value: Any, reason: str) -> None:
        super().__init__(
            f"Invalid parameter value ({value}) for parameter. Reason: {reason}", parameter
        )


class ParameterImmutableException(ParameterException):
    """A read-only parameter was undeclared."""

    def __init__(self, parameter_name: str) -> None:
        super().__init__("Attempted to modify read-only parameter", parameter_name)


class ParameterUninitializedException(ParameterException):
    """A statically typed parameter without a value was read."""

    def __init__(self, parameter_name: str) -> None:
        super().__init__(f"The parameter '{parameter_name}' is not initialized", parameter_name)


class ROSInterruptException(Exception):  # noqa: N818
    """A sleep or wait ended because the context was shut down."""

    def __init__(self, *args: Any) -> None:
        super().__init__("rclpy.shutdown() has been called", *args)
