"""Losses are told once, as they grow."""

from afil_teleop.recording.losses import Loss, Losses


def test_only_what_is_new_is_told():
    losses = Losses()
    assert losses.since_last({}) == []
    losses.in_transport("/image", 3)
    assert losses.since_last({"/joints": 2}) == [Loss("/image", 3, 0), Loss("/joints", 0, 2)]
    assert losses.since_last({"/joints": 2}) == []
    losses.in_transport("/image", 4)
    assert losses.since_last({"/joints": 7}) == [Loss("/image", 1, 0), Loss("/joints", 0, 5)]


def test_each_episode_counts_its_own_drops():
    losses = Losses()
    assert losses.since_last({"/joints": 5}) == [Loss("/joints", 0, 5)]
    assert losses.since_last({}) == []
    assert losses.since_last({"/joints": 2}) == [Loss("/joints", 0, 2)]
