"""A camera that shows the same picture again and again."""

from __future__ import annotations

from afil_core.contract import Contract
from afil_policy.deploy.frozen import FrozenImages


def test_a_camera_is_frozen_when_its_bytes_stay_and_its_stamps_do_not(contract: Contract) -> None:
    camera = contract.stream("front_image")
    frozen = FrozenImages(contract.observations, 0.15)
    blank = camera.blank()
    for k in range(3):
        frozen.check("front_image", camera.encode(blank, k + 1), 0.1 * k)
        assert (frozen.problem is not None) == (k == 2)
    assert "has shown the same picture for 0.20 s" in (frozen.problem or "")
    changed = blank.copy()
    changed[-1, -1, -1] += 1
    frozen.check("front_image", camera.encode(changed, 9), 0.3)
    assert frozen.problem is None
    never = FrozenImages(contract.observations, 0.0)
    for k in range(9):
        never.check("front_image", camera.encode(blank, k + 1), float(k))
    assert never.problem is None
