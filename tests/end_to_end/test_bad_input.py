"""What does not fit ends with one sentence that names it, and harms nothing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable

import pytest

from afil_core.episodes import list_episodes
from afil_core.testing import said_by
from afil_perception.commands import perceive
from afil_policy.commands import train

RECORD = ("launch", "afil_teleop", "record.launch.py")
PERCEIVE = ("launch", "afil_perception", "perceive.launch.py")


def assert_sentence(output: str, *words: str) -> None:
    """One line of the output has all the words."""
    lines = [re.sub(r"\s+", " ", line) for line in output.splitlines()]
    found = [line for line in lines if all(word in line for word in words)]
    assert found, f"no line with {words}:\n{output}"


def refuse(main: Callable[[], int], *words: str) -> str:
    """What a command says; run here, it must end with 2 and no traceback."""
    code, output = said_by(main, *words)
    assert code == 2, output
    assert "Traceback" not in output, output
    return output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["robot:=ur5", "sim:=true"], ["robot", "ur5", "franka", "carla"]),
        (["robot:=video", "sim:=true"], ["robot:=video", "franka", "sim:=false"]),
        (["task:=fold_towel", "sim:=true", "source:=expert"], ["fold_towel", "lift_carrot"]),
        (["source:=expert", "sim:=false"], ["source:=expert", "sim:=true"]),
        (["cue:=loud", "sim:=true"], ["cue", "loud", "intact", "broken"]),
        (["contract:=mine.yaml", "sim:=true"], ["contract is called 'robot' now"]),
        (["source:=keybord", "sim:=true"], ["keybord", "keyboard", "expert", "external"]),
        (["episodes:=many", "sim:=true"], ["episodes must be a whole number"]),
        (["source:=external"], ["instruction:=", "tasks.yaml"]),
        (["output:=demos", "sim:=true"], ["output is called 'dataset' now"]),
    ],
)
def test_recording_refuses_what_it_does_not_know(arguments, words, processes, tmp_path):
    output = processes.refuse(*RECORD, *arguments, f"dataset:={tmp_path / 'demos'}")
    assert_sentence(output, *words)
    assert not (tmp_path / "demos").exists()


def test_a_contract_with_an_unknown_key_is_named_with_file_and_key(processes, tmp_path):
    from afil_core.contract import load_contract

    contract = tmp_path / "mine.yaml"
    contract.write_text(load_contract("franka").to_yaml() + "colour: red\n")
    words = [
        f"robot:={contract}",
        "instruction:=lift it",
        "source:=external",
        f"dataset:={tmp_path / 'demos'}",
    ]
    assert_sentence(processes.refuse(*RECORD, *words), "mine.yaml", "colour")


def test_a_dataset_of_another_contract_is_not_mixed(
    demos, recorded_files, processes, files_of, tmp_path
):
    from afil_core.contract import load_contract

    contract = tmp_path / "faster.yaml"
    text = load_contract("franka").to_yaml()
    contract.write_text(text.replace("control_rate_hz: 10.0", "control_rate_hz: 20.0"))
    words = [f"robot:={contract}", "instruction:=lift it", "source:=external", f"dataset:={demos}"]
    output = processes.refuse(*RECORD, *words)
    assert_sentence(output, "episode_000000", "control_rate_hz", "another dataset")
    after = files_of(demos)
    assert {name: after[name] for name in recorded_files} == recorded_files


@pytest.fixture
def damaged(demos, tmp_path):
    """Function: a copy of the dataset whose first episode a given function damages."""

    def copy(damage):
        dataset = tmp_path / "damaged"
        shutil.copytree(demos, dataset, ignore=shutil.ignore_patterns("saliency", ".*"))
        damage(list_episodes(dataset)[0].path)
        return dataset

    return copy


def _truncate(episode):
    (bag,) = episode.glob("*.mcap")
    bag.write_bytes(bag.read_bytes()[: bag.stat().st_size // 2])


def _empty(episode):
    (bag,) = episode.glob("*.mcap")
    bag.write_bytes(b"")


def _without_metadata(episode):
    (episode / "metadata.yaml").unlink()


def _without_camera(episode):
    """The same bag without its camera messages."""
    from afil_core.bags import BagWriter, bag_info, read_bag
    from afil_core.contract import load_contract

    contract = load_contract("franka")
    camera = contract.stream(contract.anchor).topic
    other = episode.parent / "rewritten" / episode.name
    writer = BagWriter(other, bag_info(episode).custom_data)
    for topic, (msgtype, qos) in contract.topics().items():
        writer.add_topic(topic, msgtype, qos)
    for topic, log_time_ns, cdr in read_bag(episode):
        if topic != camera:
            writer.write(topic, cdr, log_time_ns)
    writer.close()
    for path in other.iterdir():
        shutil.move(path, episode / path.name)
    shutil.rmtree(other.parent)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_truncate, ["episode_000000", "damaged or cut off"]),
        (_empty, ["episode_000000"]),
        (_without_metadata, ["episode_000000", "metadata.yaml"]),
        (_without_camera, ["episode_000000", "/camera/camera/color/image_raw"]),
    ],
)
def test_a_damaged_bag_is_named_by_perception_and_training(
    damage, words, damaged, files_of, tmp_path
):
    dataset = damaged(damage)
    before = files_of(dataset)
    assert_sentence(refuse(perceive.main, "--dataset", str(dataset)), *words)
    arguments = ["--dataset", str(dataset), "--method", "bc", "--output", str(tmp_path / "run")]
    assert_sentence(refuse(train.main, *arguments), *words)
    assert not (tmp_path / "run" / "checkpoint").exists()
    after = files_of(dataset)
    assert {name: after[name] for name in before} == before


def test_a_damaged_bag_fails_the_launch(damaged, processes):
    dataset = damaged(_truncate)
    output = processes.refuse(*PERCEIVE, f"dataset:={dataset}")
    assert_sentence(output, "episode_000000", "damaged or cut off")


def test_an_unknown_method_or_configuration_key_is_named(demos, tmp_path):
    arguments = ["--dataset", str(demos), "--output", str(tmp_path)]
    output = refuse(train.main, *arguments, "--method", "magic")
    assert_sentence(output, "magic", "autofocus", "bc")
    config = tmp_path / "mine.yaml"
    config.write_text("method: bc\noptimizer: {epoch: 3}\n")
    assert_sentence(refuse(train.main, *arguments, "--config", str(config)), "mine.yaml", "epoch")


def test_a_checkpoint_for_another_contract_is_refused_with_the_line_that_differs(
    runs, processes, files_of, tmp_path
):
    from afil_core.contract import load_contract

    before = files_of(runs["bc"])
    deploy = ["launch", "afil_policy", "deploy.launch.py", f"checkpoint:={runs['bc']}"]
    output = processes.refuse(*deploy, "robot:=carla", "sim:=false")
    assert_sentence(output, "checkpoint", "robot: franka != carla")
    faster = tmp_path / "faster.yaml"
    text = load_contract("franka").to_yaml()
    faster.write_text(text.replace("control_rate_hz: 10.0", "control_rate_hz: 20.0"))
    node = ["run", "afil_policy", "policy_node", "--ros-args", "-p", f"robot:={faster}"]
    output = processes.refuse(*node, "-p", f"checkpoint:={runs['bc']}", "-p", "autostart:=true")
    assert_sentence(output, "control_rate_hz: 10.0 != 20.0")
    assert files_of(runs["bc"]) == before


def test_an_evaluation_in_an_unknown_world_is_refused(runs, processes, tmp_path):
    evaluate = ["run", "afil_policy", "evaluate", "--checkpoint", str(runs["bc"])]
    output = tmp_path / "results.json"
    text = processes.refuse(*evaluate, "--task", "fold_towel", "--output", str(output))
    assert_sentence(text, "fold_towel")
    assert not output.exists()


def test_missing_data_and_checkpoints_are_named(processes, tmp_path):
    missing = str(tmp_path / "nowhere")
    assert_sentence(processes.refuse(*PERCEIVE, f"dataset:={missing}"), "nowhere")
    arguments = ["--dataset", missing, "--method", "bc", "--output", str(tmp_path / "r")]
    assert_sentence(refuse(train.main, *arguments), "nowhere")
    deploy = ["launch", "afil_policy", "deploy.launch.py", "sim:=true", f"checkpoint:={missing}"]
    assert_sentence(processes.refuse(*deploy), "nowhere")
