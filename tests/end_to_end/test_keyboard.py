"""A person drives the simulated arm through a terminal, under ``ros2 launch``."""

from __future__ import annotations

import time

import numpy as np

from afil_core.episodes import list_episodes


def test_an_episode_driven_with_keys_is_recorded(processes, tmp_path):
    demos = tmp_path / "demos"
    person = processes.Person(
        ["ros2", "launch", "afil_teleop", "record.launch.py", "robot:=franka", "sim:=true"]
        + ["source:=keyboard", f"dataset:={demos}"],
        processes.environment(),
    )
    person.see("world is up", 60)
    person.see("i / k  forward, back", 30)
    for _ in range(20):
        person.press("r")
        time.sleep(0.5)
        person.press("h")
        if "recording episode_000000" in person.output:
            break
    person.see("the robot follows the device now", 20)
    person.press("i", times=40)
    person.press(" ")
    person.press("u", times=20)
    person.press("s")
    person.see("saved", 20)
    person.press("q")
    assert person.leave(30) == 0, person.output

    (episode,) = list_episodes(demos)
    assert episode.metadata.operator == "keyboard"
    actions = np.array([step.action for step in episode.steps()])
    forward, up = actions[:, 0].sum(), actions[:, 2].sum()
    assert forward > 0.05, "held 'i' moves the target forward"
    assert up > 0.02, "held 'u' moves the target up"
    assert actions[0, 6] > 0.07 and actions[-1, 6] < 0.01, "space closes the gripper"
