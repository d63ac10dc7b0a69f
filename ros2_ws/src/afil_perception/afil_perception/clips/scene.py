"""What kind of scene a clip shows: perception has other words, prompts and sizes for each."""

from __future__ import annotations

from typing import Literal, TypeAlias

from afil_core.contract import Contract

Scene: TypeAlias = Literal["driving", "manipulation"]


def scene_of(contract: Contract) -> Scene:
    """The scene of a contract, by what its action moves."""
    action = contract.action
    return "driving" if action is not None and action.is_driving else "manipulation"
