"""Stage 4, filter: at most a few objects per segment."""

from afil_core.registry import Registry
from afil_perception.filter.object_filter import Choice, FilterRequest, ObjectFilter

FILTERS: Registry[ObjectFilter] = Registry(
    "filters",
    "filter",
    {
        "auto": "afil_perception.filter.auto:AutoFilter",
        "instruction": "afil_perception.filter.instruction:InstructionFilter",
        "vlm": "afil_perception.filter.vlm:VlmFilter",
    },
)

__all__ = ["FILTERS", "Choice", "FilterRequest", "ObjectFilter"]
