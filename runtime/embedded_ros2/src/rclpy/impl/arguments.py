"""Reads ``--ros-args``: remappings, parameters, log levels."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from rclpy.impl.yaml_values import ParameterValueError, check_value, load_yaml

_LEVELS = ("unset", "debug", "info", "warn", "error", "fatal")


class ROSArgsError(RuntimeError):
    """``--ros-args`` holds something that cannot be read."""


class UnknownROSArgsError(ROSArgsError):
    """``--ros-args`` holds flags that nobody knows."""

    def __init__(self, unknown_args: list[str]) -> None:
        super().__init__(f"Found unknown ROS arguments: {unknown_args}")
        self.unknown_args = unknown_args


@dataclass(frozen=True)
class Remap:
    """One rule ``[node:]from:=to``."""

    node: str | None
    source: str
    target: str


@dataclass
class RosArguments:
    """What ``--ros-args`` said, in order."""

    remaps: list[Remap] = field(default_factory=list)
    #: (node pattern, {parameter: value}), files and ``-p`` in the order given.
    parameters: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    log_level: str | None = None
    logger_levels: dict[str, str] = field(default_factory=dict)
    stdout_logs: bool = True
    file_logs: bool = True
    rosout_logs: bool = True
    enclave: str = "/"
    log_file_name: str | None = None
    non_ros: list[str] = field(default_factory=list)


def _remap(text: str) -> Remap:
    source, separator, target = text.partition(":=")
    match = re.match(r"^(?:(?P<node>[A-Za-z_]\w*):)?(?P<source>.+)$", source)
    if not separator or match is None or not target:
        raise ROSArgsError(f"Couldn't parse remap rule: '-r {text}'. Expected 'from:=to'.")
    return Remap(match["node"], match["source"], target)


def flatten(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Turn nested parameter groups into dotted names."""
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            flat.update(flatten(value, f"{name}."))
        else:
            flat[name] = value
    return flat


def _bad_file(path: str, why: object) -> ROSArgsError:
    return ROSArgsError(f"Couldn't parse params file: '--params-file {path}'. Error: {why}")


def read_parameter_file(path: str) -> list[tuple[str, dict[str, Any]]]:
    """Read a parameter file as (node pattern, parameters) in its order.

    Raises:
        ROSArgsError: It cannot be read, lacks ``ros__parameters``, or a value is none.
    """
    try:
        with open(path, encoding="utf-8") as file:
            tree = load_yaml(file.read())
    except (OSError, yaml.YAMLError) as error:
        raise _bad_file(path, error) from error
    found: list[tuple[str, dict[str, Any]]] = []

    def visit(node: Any, pattern: str) -> None:
        if not isinstance(node, dict):
            raise _bad_file(path, f"'{pattern or '/'}' has no ros__parameters")
        for key, value in node.items():
            if key == "ros__parameters":
                found.append((pattern, flatten(value or {})))
                for name, entry in found[-1][1].items():
                    try:
                        check_value(name, entry)
                    except ParameterValueError as error:
                        raise _bad_file(path, error) from error
            else:
                visit(value, f"{pattern}/{str(key).strip('/')}")

    if tree is not None:
        visit(tree, "")
    return found


def _parameter(text: str) -> tuple[str, dict[str, Any]]:
    name, separator, value = text.partition(":=")
    if not separator or not name:
        raise ROSArgsError(
            f"Couldn't parse parameter override rule: '-p {text}'. Expected 'name:=value'."
        )
    pattern, colon, short = name.partition(":")
    try:
        parsed = load_yaml(value)
        check_value(short if colon else name, parsed)
    except (yaml.YAMLError, ParameterValueError) as error:
        raise ROSArgsError(
            f"Couldn't parse parameter override rule: '-p {text}'. Error: {error}"
        ) from error
    return ("/**/" + pattern.strip("/") if colon else "/**"), {short if colon else name: parsed}


class _Parser:
    def __init__(self) -> None:
        self.result = RosArguments()
        self.unknown: list[str] = []

    def one(self, flag: str, rest: list[str]) -> None:
        flags = {
            "-r": self.remap, "--remap": self.remap, "-p": self.parameter,
            "--param": self.parameter, "--params-file": self.file, "-e": self.enclave,
            "--enclave": self.enclave, "--log-level": self.level, "--log-config-file": None,
            "--log-file-name": self.log_file,
        }  # fmt: skip
        switches = ("stdout", "rosout", "external-lib")
        for switch in switches:
            for word in ("enable", "disable"):
                if flag == f"--{word}-{switch}-logs":
                    name = "file_logs" if switch == "external-lib" else f"{switch}_logs"
                    setattr(self.result, name, word == "enable")
                    return
        if flag not in flags:
            self.unknown.append(flag)
            return
        if not rest:
            raise ROSArgsError(f"Couldn't parse trailing {flag} flag. No value given")
        value = rest.pop(0)
        handler = flags[flag]
        if handler is not None:
            handler(value)

    def remap(self, value: str) -> None:
        self.result.remaps.append(_remap(value))

    def parameter(self, value: str) -> None:
        self.result.parameters.append(_parameter(value))

    def file(self, value: str) -> None:
        self.result.parameters.extend(read_parameter_file(value))

    def enclave(self, value: str) -> None:
        self.result.enclave = value

    def log_file(self, value: str) -> None:
        self.result.log_file_name = value

    def level(self, value: str) -> None:
        logger, separator, level = value.rpartition(":=")
        if level.lower() not in _LEVELS:
            raise ROSArgsError(
                f"Couldn't parse log level rule: '--log-level {value}'. Error: "
                f"'{level}' is no level"
            )
        if separator:
            self.result.logger_levels[logger] = level.lower()
        else:
            self.result.log_level = level.lower()


def parse(argv: list[str]) -> RosArguments:
    """Split a command line into ROS arguments and the rest.

    Raises:
        ROSArgsError: A rule cannot be read.
        UnknownROSArgsError: A flag within ``--ros-args`` is unknown.
    """
    parser = _Parser()
    rest = list(argv)
    inside = False
    while rest:
        argument = rest.pop(0)
        if argument == "--ros-args":
            inside = True
        elif inside and argument == "--":
            inside = False
        elif inside:
            parser.one(argument, rest)
        else:
            parser.result.non_ros.append(argument)
    if parser.unknown:
        raise UnknownROSArgsError(parser.unknown)
    return parser.result
