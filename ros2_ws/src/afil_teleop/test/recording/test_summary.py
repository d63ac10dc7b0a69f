"""The table at a session's end."""

from afil_core.episodes import EpisodeWriter
from afil_core.testing.episodes import fill
from afil_teleop.recording.summary import Summary


def test_it_says_what_became_of_each_episode(tmp_path, franka, robot):
    summary = Summary(tmp_path)
    assert summary.lines([], []) == [f"0 episode(s), 0.0 s in {tmp_path}: none"]
    paths = []
    for steps, success, reasons in ((11, True, ()), (6, False, ()), (11, True, ["/a is dead"])):
        writer = EpisodeWriter(tmp_path, franka, "lift it")
        fill(writer, steps, robot)
        paths.append(writer.save(success, reasons, set_aside=reasons))
        summary.add(writer.name, paths[-1])
    summary.add("episode_000003", None)
    header, one, two, three, total = summary.lines(paths[:1], paths[2:])
    assert header.split()[:3] == ["episode", "outcome", "seconds"]
    assert one.split()[:3] == ["episode_000000", "success", "1.0"]
    assert "11.0 Hz" in one and one.endswith("none")
    assert two.split()[1] == "deleted"
    assert "set aside" in three and three.endswith("/a is dead")
    assert total.startswith("1 episode(s), 1.0 s")
    assert "1 success, 1 deleted, 1 set aside, 1 discarded" in total
    assert summary.bytes_per_episode > 1000 and summary.last == "episode_000002"
