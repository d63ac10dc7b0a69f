from __future__ import annotations

import torch

from afil_policy.data.batch import Batch, Needs, Partner


def test_all_tensors_move_to_the_device_and_keep_their_place() -> None:
    batch = Batch(
        images={"front": torch.ones(2, 1, 3, 4, 4)},
        proprioception=torch.ones(2, 1, 3),
        actions=torch.ones(2, 1, 2),
        action_mask=torch.ones(2, 1, dtype=torch.bool),
        saliency={"front": torch.ones(2, 4, 4)},
        task=torch.zeros(2, dtype=torch.int64),
        instructions=("lift", "pull"),
        partner=Partner({"front": torch.ones(2, 1, 3, 4, 4)}),
    )
    moved = batch.to("meta")
    assert isinstance(moved, Batch)
    assert moved.images["front"].is_meta
    assert moved.saliency["front"].shape == (2, 4, 4)
    assert all(t.is_meta for t in (moved.proprioception, moved.actions, moved.action_mask))
    assert moved.task is not None
    assert moved.partner is not None
    assert moved.task.is_meta
    assert moved.partner.images["front"].is_meta
    assert (moved.instructions, moved.history_mask) == (("lift", "pull"), None)


def test_needs_add_up() -> None:
    assert Needs(saliency=True) | Needs(partner=True) == Needs(saliency=True, partner=True)
