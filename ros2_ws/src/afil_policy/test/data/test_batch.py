from __future__ import annotations

import torch

from afil_policy.data.batch import Batch


def test_all_tensors_move_to_the_device_and_keep_their_place() -> None:
    batch = Batch(
        images={"front": torch.ones(2, 1, 3, 4, 4)},
        proprioception=torch.ones(2, 1, 3),
        actions=torch.ones(2, 1, 2),
        action_mask=torch.ones(2, 1, dtype=torch.bool),
        saliency={"front": torch.ones(2, 4, 4)},
    )
    moved = batch.to("meta")
    assert isinstance(moved, Batch)
    assert moved.images["front"].is_meta
    assert moved.saliency["front"].shape == (2, 4, 4)
    assert all(t.is_meta for t in (moved.proprioception, moved.actions, moved.action_mask))
