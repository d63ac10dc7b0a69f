"""Helpers of the launch_ros API."""

from .namespace_utils import (
    is_namespace_absolute,
    is_root_namespace,
    make_namespace_absolute,
    prefix_namespace,
)
from .track_node_names import add_node_name, get_node_name_count

__all__ = [
    "add_node_name",
    "evaluate_parameters",
    "get_node_name_count",
    "is_namespace_absolute",
    "is_root_namespace",
    "make_namespace_absolute",
    "normalize_parameters",
    "normalize_remap_rules",
    "prefix_namespace",
]


def __getattr__(name: str) -> object:
    # These import parameter_descriptions, which imports from here.
    if name in ("evaluate_parameters", "normalize_parameters", "normalize_remap_rules"):
        from . import parameters

        return getattr(parameters, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
