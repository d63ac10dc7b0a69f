"""Which contacts count as collisions: the three rules of CARLA's CollisionTest."""

from __future__ import annotations

import pytest

from afil_sim.town.contacts import Contacts
from afil_sim.town.traffic import Actor


def touch(contacts, time_s, x, other, speed=5.0):
    """Touch another one at ``x`` m along a street."""
    ego = Actor(x, 0.0, 0.0, 4.5, 1.9, 1.5, speed=speed)
    contacts.forget(ego, time_s)
    return contacts.counts(ego, other, time_s)


@pytest.mark.parametrize("second", [1, 2, 0])
def test_within_five_metres_of_a_collision_there_is_no_other_one(second):
    contacts = Contacts()
    assert touch(contacts, 1.0, 0.0, 1)
    assert not touch(contacts, 2.0, 4.9, second)
    assert not touch(contacts, 60.0, 4.9, second)


def test_farther_away_it_is_another_one_and_so_it_is_back_where_the_first_was():
    contacts = Contacts()
    assert touch(contacts, 1.0, 0.0, 0)
    assert touch(contacts, 2.0, 5.1, 0)
    assert touch(contacts, 3.0, 0.0, 0)


def test_who_was_hit_counts_again_five_seconds_later_wherever_it_is():
    contacts = Contacts()
    assert touch(contacts, 1.0, 0.0, 3)
    assert not touch(contacts, 2.0, 10.0, 3)
    assert not touch(contacts, 6.0, 20.0, 3)
    assert touch(contacts, 6.1, 30.0, 3)
    assert touch(contacts, 6.2, 40.0, 4)


def test_who_stands_is_not_at_fault_and_is_when_it_drives_on_into_it():
    contacts = Contacts()
    assert not touch(contacts, 1.0, 0.0, 3, speed=0.09)
    assert touch(contacts, 1.1, 0.0, 3, speed=-0.1)
