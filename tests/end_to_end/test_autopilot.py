"""The autopilot of a driver demonstrates: it drives while the recording runs, and not after it."""

from __future__ import annotations

import time

from std_msgs.msg import Bool

from afil_core.contract import load_contract
from afil_core.episodes import list_episodes

TOPIC = load_contract("carla").autopilot


def test_what_the_autopilot_does_in_the_town_is_recorded_and_it_is_switched_off(
    processes, peer, tmp_path
):
    demos = tmp_path / "demos"
    said = []
    with peer("onlooker") as seen:
        seen.node.create_subscription(Bool, TOPIC, lambda m: said.append(m.data), 10)
        launch = processes.Process(
            ["ros2", "launch", "afil_teleop", "record.launch.py", "robot:=carla", "sim:=true"]
            + ["source:=autopilot", "task:=drive", f"dataset:={demos}"]
        )
        try:
            launch.wait_for("the autopilot drives", 90)
            seen.ask("/record_node/start", "recording episode_000000")
            time.sleep(5.0)
            seen.ask("/record_node/save_failure", "episode_000000")
            seen.ask("/record_node/quit", "over")
            assert launch.wait(30).code == 0, launch.output
            deadline = time.monotonic() + 20
            while said[-1] is True and time.monotonic() < deadline:
                time.sleep(0.05)
        finally:
            launch.stop()
        assert said[0] is True and said[-1] is False
    (episode,) = list_episodes(demos)
    assert episode.metadata.operator == "autopilot"
    throttle = [step.action[0] for step in episode.steps(streams=("speed",))]
    assert len(throttle) > 20 and max(throttle) > 0.2
