"""When a robot stands elsewhere without having been driven there."""

from afil_teleop.driving import Scene


def test_a_worlds_next_episode_is_another_scene():
    scene = Scene()
    assert [scene.is_another(k) for k in (3, 3, 4, 4, 0)] == [True, False, True, False, True]


def test_a_reset_begins_and_ends_once_however_often_it_is_said():
    scene = Scene()
    said = [(False, 1.0), (True, 2.0), (True, 3.0), (False, 4.0), (False, 5.0)]
    turns = [scene.turns(is_resetting=resets, now_s=now_s) for resets, now_s in said]
    assert turns == [False, True, False, True, False]


def test_while_a_reset_runs_the_robot_is_its_own_and_a_recorder_that_died_resets_nothing():
    scene = Scene()
    assert not scene.is_resetting(1.0)
    scene.turns(is_resetting=True, now_s=2.0)
    assert scene.is_resetting(4.9) and not scene.is_resetting(5.1)
    scene.turns(is_resetting=True, now_s=6.0)
    scene.turns(is_resetting=False, now_s=6.5)
    assert not scene.is_resetting(6.5)
