"""Checks of names, so that a wrong one is told before the node starts."""

import re


def validate_node_name(name: str) -> None:
    """Raise ValueError unless the text is a node name."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise ValueError(
            f"Invalid node name '{name}': it must hold only letters, digits and underscores "
            "and not begin with a digit"
        )


def validate_namespace(namespace: str) -> None:
    """Raise ValueError unless the text is an absolute namespace."""
    if not re.fullmatch(r"/|(/[A-Za-z_][A-Za-z0-9_]*)+", namespace):
        raise ValueError(
            f"Invalid namespace '{namespace}': its parts must hold only letters, digits and "
            "underscores and not begin with a digit"
        )
