"""Stage 1, describe: from instruction and frames to the objects to look for."""

from afil_core.registry import Registry
from afil_perception.describe.describer import Describer, DescribeRequest, Description, Phrase

DESCRIBERS: Registry[Describer] = Registry(
    "describers",
    "describer",
    {
        "auto": "afil_perception.describe.auto:AutoDescriber",
        "instruction": "afil_perception.describe.instruction:InstructionDescriber",
        "vlm": "afil_perception.describe.vlm:VlmDescriber",
    },
)

__all__ = ["DESCRIBERS", "DescribeRequest", "Describer", "Description", "Phrase"]
