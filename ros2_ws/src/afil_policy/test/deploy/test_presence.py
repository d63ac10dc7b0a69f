"""Who of the policy nodes of one name stays."""

from __future__ import annotations

import pytest

from afil_core.errors import AfilError
from afil_policy.deploy.presence import Identity, RollCall
from afil_policy.deploy.status import encode_status

NAME = "/left/policy_node"
OLDER, YOUNGER = Identity(1_000_000_001, "lab:7"), Identity(2_000_000_002, "lab:5")
OLDEST = Identity(1, "lab:9")


def said(own: Identity, *, holds_name: bool = False) -> bytes:
    return encode_status(
        0,
        own=own,
        holds_name=holds_name,
        state="unconfigured",
        checkpoint="",
        problem="",
        status=None,
    )


def test_of_two_that_begin_at_one_moment_the_older_one_stays_and_the_other_one_goes() -> None:
    older, younger = RollCall(NAME, OLDER), RollCall(NAME, YOUNGER)
    assert not older.is_won(2) and not younger.is_won(2)
    for roll in (older, younger):
        for who in (OLDER, YOUNGER):
            roll.hear(said(who))
    assert older.is_won(2)
    with pytest.raises(AfilError, match=r"another /left/policy_node runs \(process lab:7\)"):
        younger.is_won(2)


def test_two_that_were_made_at_one_moment_have_an_order_all_the_same() -> None:
    one, other = Identity(5, "lab:1"), Identity(5, "lab:2")
    assert (one < other) != (other < one)


def test_one_that_has_the_name_keeps_it_even_if_an_older_one_took_longer_to_load() -> None:
    roll = RollCall(NAME, OLDER)
    roll.hear(said(YOUNGER, holds_name=True))
    with pytest.raises(AfilError, match="lab:5"):
        roll.is_won(2)


def test_one_that_was_killed_is_silent_and_leaves_the_graph() -> None:
    roll = RollCall(NAME, YOUNGER)
    roll.hear(said(YOUNGER))
    roll.hear(b"\0\1\0\0 no status")
    assert not roll.is_won(2)
    assert roll.is_won(1)
    assert "has said nothing for 22 s: it hangs" in str(roll.hangs(22.0))


def test_a_younger_one_that_fell_silent_is_waited_for_as_any_other() -> None:
    now_s = [0.0]
    roll = RollCall(NAME, OLDER, wall_s=lambda: now_s[0])
    roll.hear(said(YOUNGER))
    assert roll.is_won(2) and not roll.is_won(3)
    now_s[0] = 5.0
    assert not roll.is_won(2)
