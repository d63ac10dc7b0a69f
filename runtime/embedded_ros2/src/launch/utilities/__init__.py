"""Helpers of the launch API."""

from .ensure_argument_type_impl import ensure_argument_type
from .futures import create_future, visit_all_entities_and_collect_futures
from .normalize import (
    normalize_to_list_of_entities,
    normalize_to_list_of_substitutions,
    perform_substitutions,
)

__all__ = [
    "create_future",
    "ensure_argument_type",
    "normalize_to_list_of_entities",
    "normalize_to_list_of_substitutions",
    "perform_substitutions",
    "visit_all_entities_and_collect_futures",
]
