"""Instructions: the task in words as numbers for the policy. One file each, chosen by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afil_core.registry import Registry

if TYPE_CHECKING:
    from afil_policy.instructions.base import InstructionEncoder

INSTRUCTIONS: Registry[InstructionEncoder] = Registry(
    "instructions",
    "instruction encoder",
    {
        "embedding": "afil_policy.instructions.embedding:TaskEmbedding",
        "ignored": "afil_policy.instructions.ignored:Ignored",
        "text": "afil_policy.instructions.text:TextEncoder",
    },
)
