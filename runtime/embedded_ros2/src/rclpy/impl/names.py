"""Names of nodes, topics and services: validation, expansion, remapping, mangling."""

from __future__ import annotations

import re

from rclpy.exceptions import (
    InvalidNamespaceException,
    InvalidNodeNameException,
    InvalidServiceNameException,
    InvalidTopicNameException,
)
from rclpy.impl.arguments import Remap

_TOKEN = re.compile(r"[A-Za-z0-9_]")


def validate_node_name(name: str) -> bool:
    """Check a node name.

    Raises:
        InvalidNodeNameException: It is empty, too long, or has a forbidden character.
    """
    if not name:
        raise InvalidNodeNameException(name, "node name must not be empty", 0)
    for index, char in enumerate(name):
        if not _TOKEN.match(char) or not char.isascii():
            raise InvalidNodeNameException(
                name,
                "node name must not contain characters other than alphanumerics or '_'",
                index,
            )
    if name[0].isdigit():
        raise InvalidNodeNameException(name, "node name must not start with a number", 0)
    if len(name) > 255:
        raise InvalidNodeNameException(name, "node name length should not exceed '255'", 254)
    return True


def _full_name_problem(name: str, what: str) -> tuple[str, int] | None:
    if not name:
        return f"{what} must not be empty", 0
    if not name.startswith("/"):
        return f"{what} must be absolute, it must lead with a '/'", 0
    if len(name) > 1 and name.endswith("/"):
        return f"{what} must not end with '/'", len(name) - 1
    if "//" in name:
        return f"{what} must not contain repeated '/'", name.index("//")
    for index, char in enumerate(name):
        if char == "/":
            continue
        if not char.isascii() or not _TOKEN.match(char):
            return (
                f"{what} must not contain characters other than alphanumerics, '_', or '/'",
                index,
            )
        if char.isdigit() and name[index - 1] == "/":
            return f"{what} must not have a token that starts with a number", index
    return None


def validate_namespace(namespace: str) -> bool:
    """Check an absolute namespace.

    Raises:
        InvalidNamespaceException: It breaks the rules.
    """
    problem = _full_name_problem(namespace, "namespace")
    if problem is not None:
        raise InvalidNamespaceException(namespace, *problem)
    return True


def validate_full_topic_name(name: str, *, is_service: bool = False) -> bool:
    """Check an absolute topic or service name.

    Raises:
        InvalidTopicNameException: A topic name breaks the rules.
        InvalidServiceNameException: A service name breaks the rules.
    """
    what = "service name" if is_service else "topic name"
    problem = _full_name_problem(name, what)
    if problem is None and name == "/":
        problem = f"{what} must not end with '/'", 0
    if problem is not None:
        error = InvalidServiceNameException if is_service else InvalidTopicNameException
        raise error(name, *problem)
    return True


def validate_topic_name(name: str, *, is_service: bool = False) -> bool:
    """Check a topic or service name that may be relative or hold ``~`` and ``{node}``.

    Raises:
        InvalidTopicNameException: A topic name breaks the rules.
        InvalidServiceNameException: A service name breaks the rules.
    """
    error = InvalidServiceNameException if is_service else InvalidTopicNameException
    what = "service name" if is_service else "topic name"
    if not name:
        raise error(name, f"{what} must not be empty", 0)
    plain = re.sub(r"\{[A-Za-z_]\w*\}", "x", name)
    if "{" in plain or "}" in plain:
        index = next(i for i, char in enumerate(name) if char in "{}")
        raise error(name, f"{what} has unmatched curly brace or invalid substitution", index)
    if "~" in plain[1:] or (plain[0] == "~" and plain[1:2] not in ("", "/")):
        index = name.rindex("~") if "~" in name[1:] else 1
        raise error(name, f"{what} must not have '~' that is not first and followed by '/'", index)
    plain = "/x" + plain[1:] if plain[0] == "~" else plain
    absolute = plain if plain.startswith("/") else f"/{plain}"
    problem = _full_name_problem(absolute, what)
    if problem is not None:
        message, index = problem
        raise error(name, message, min(index, len(name) - 1))
    return True


def expand(name: str, node: str, namespace: str, *, is_service: bool = False) -> str:
    """Make a name absolute: ``~`` is the node, ``{node}``, ``{ns}`` and ``{namespace}`` too."""
    error = InvalidServiceNameException if is_service else InvalidTopicNameException
    validate_topic_name(name, is_service=is_service)
    base = namespace.rstrip("/")
    values = {"node": node, "ns": namespace, "namespace": namespace}
    for found in re.findall(r"\{(\w+)\}", name):
        if found not in values:
            raise error(name, f"unknown substitution '{found}'", name.index("{"))
        name = name.replace(f"{{{found}}}", values[found].lstrip("/")
                            if not name.startswith(f"{{{found}}}") else values[found])  # fmt: skip
    if name.startswith("~"):
        name = f"{base}/{node}{name[1:]}"
    elif not name.startswith("/"):
        name = f"{base}/{name}"
    validate_full_topic_name(name, is_service=is_service)
    return name


def remap(
    full_name: str, node: str, namespace: str, rules: list[Remap], *, is_service: bool = False
) -> str:
    """Apply the first rule that fits an absolute name."""
    scheme = "rosservice://" if is_service else "rostopic://"
    other = "rostopic://" if is_service else "rosservice://"
    for rule in rules:
        if rule.node not in (None, node) or rule.source.startswith(("__", other)):
            continue
        try:
            source = expand(rule.source.removeprefix(scheme), node, namespace)
            if source == full_name:
                return expand(rule.target.removeprefix(scheme), node, namespace)
        except (InvalidTopicNameException, InvalidServiceNameException):
            continue
    return full_name


def remapped_node(name: str, namespace: str, rules: list[Remap]) -> tuple[str, str]:
    """Apply ``__node`` (``__name``) and ``__ns`` rules."""
    original = name
    for rule in rules:
        if rule.node in (None, original) and rule.source in ("__node", "__name"):
            name = rule.target
            break
    for rule in rules:
        if rule.node in (None, original) and rule.source == "__ns":
            namespace = rule.target
            break
    return name, namespace


def matches_node(pattern: str, full_name: str) -> bool:
    """Whether a parameter file's node pattern (with ``*`` and ``**``) names a node."""
    text = pattern if pattern.startswith("/") else f"/{pattern}"
    parts = []
    for token in text.strip("/").split("/"):
        if token == "**":
            parts.append("(/[^/]+)*")
        else:
            parts.append("/" + re.escape(token).replace(r"\*", "[^/]+"))
    return re.fullmatch("".join(parts), full_name) is not None
