import re
import sys

import pytest

from afil_core.episodes import list_episodes
from afil_core.errors import AfilError
from afil_core.process.parameters import describe
from afil_perception.commands import import_video, models, perceive, review
from afil_perception.pipeline.parameters import PerceiveParameters


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Runs a command in an empty folder: exit code, and what it printed."""
    monkeypatch.chdir(tmp_path)

    def command(module, *words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", [module.__name__, *words])
        code = module.main()
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def test_a_video_is_imported_and_perceived_as_typed(
    run, make_video, moving_carrot, tmp_path
) -> None:
    make_video(moving_carrot)
    code, out, _ = run(import_video, "clip.avi", "--instruction", "lift the carrot")
    assert code == 0 and "episode demos/episode_000000" in out
    code, out, _ = run(perceive)
    assert code == 0
    assert "done: sidecars written 1, up to date 0, bags that failed 0" in out
    (episode,) = list_episodes(tmp_path / "demos")
    assert len(list(episode.saliency_maps("image"))) == 10
    assert "detect: color, a stand-in, for no weights of mm_grounding_dino, " in out
    faint = ("detector.name=color", "detector.min_score=0.3")
    code, out, _ = run(perceive, "saliency.alpha=0.5", *faint)
    assert code == 0 and "made anew: what 'instances' follows from changed: detector.min" in out
    assert "detect: color, a stand-in" not in out
    code, out, _ = run(perceive, "--why")
    assert code == 0 and out.startswith("episode_000000: what 'instances' follows from changed")


@pytest.mark.parametrize(
    ("module", "words", "sentence"),
    [
        (import_video, ["none.mp4", "--instruction", "go"], "video none.mp4 does not exist"),
        (import_video, ["a.mp4", "--output", "x"], "--output is called --dataset now; rename it"),
        (perceive, ["--dataset", "none"], "dataset none does not exist"),
        (perceive, ["--demos", "x"], "--demos is called --dataset now; rename it"),
        (perceive, ["--config", "none.yaml"], "perception config none.yaml cannot be read"),
        (perceive, ["detector.name=color", "detector.min_scor=1"], "did you mean 'min_score'"),
        (perceive, ["detector.min_score=1"], "the command line: detector is auto, which has no"),
        (perceive, ["--jobs", "0"], "the command line: jobs must be at least 1, not 0"),
        (perceive, ["--engine", "rey"], "there is no engine 'rey'; did you mean 'ray'"),
        (perceive, ["--prompt", "x"], "there is no prompt 'x'; known: describe_driving"),
        (perceive, ["min_score"], "'min_score' sets nothing; write key=value"),
    ],
)
def test_what_does_not_fit_is_one_sentence_and_code_2(run, module, words, sentence) -> None:
    code, _, err = run(module, *words)
    assert code == 2
    assert err.startswith("error: ") and sentence in err and err.count("\n") == 1


def test_a_shipped_prompt_is_printed(run) -> None:
    code, out, _ = run(perceive, "--prompt", "filter_driving")
    assert code == 0 and "$candidates" in out


def test_models_are_listed_with_what_fetches_them(run) -> None:
    code, out, _ = run(models)
    assert code == 0
    assert "hf download IDEA-Research/grounding-dino-base" in out and "Apache-2.0" in out
    assert "stands in for SAM 2" in out and "933 MB" in out
    code, missing, _ = run(models, "--missing")
    assert code == 0 and "stands in for SAM 2" not in missing


def test_weights_that_were_fetched_are_here_and_chosen(run, fetched, tmp_path) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "config.json").write_text("{}")
    (weights / "model.safetensors").write_bytes(b"")
    fetched("IDEA-Research/grounding-dino-base", weights)
    code, out, _ = run(models)
    line = next(line for line in out.splitlines() if " IDEA-Research/grounding-dino-base" in line)
    assert code == 0 and line.startswith("here") and "hf download" not in line
    assert "auto on this machine: detect: grounding_dino, for its weights IDEA-Research" in out
    assert "auto on this machine: track: iou, a stand-in" in out


def test_the_command_takes_what_the_launch_file_takes(run, capsys) -> None:
    with pytest.raises(SystemExit):
        run(perceive, "--help")
    out = " ".join(capsys.readouterr().out.split())
    flags = set(re.findall(r"--([a-z]+)", out)) - {"help", "why", "prompt", "demos"}
    assert flags == {p.name for p in describe(PerceiveParameters)} - {"publish"}
    for parameter in describe(PerceiveParameters):
        assert parameter.name == "publish" or f"default: {parameter.text or 'none'})" in out


def test_how_a_run_is_done_is_read_from_the_launch_file_s_texts() -> None:
    given = PerceiveParameters(jobs=3, engine="{name: ray, gpus_per_job: 0.5}")
    assert (given.how().jobs, given.how().engine.config.gpus_per_job) == (3, 0.5)
    with pytest.raises(AfilError, match="engine and jobs: engine can't be used: there is no"):
        PerceiveParameters(engine="rey").how()


def test_a_dataset_is_reviewed_as_typed(run, make_episode, moving_carrot, tmp_path) -> None:
    make_episode(moving_carrot)
    assert run(perceive)[0] == 0
    code, out, _ = run(review)
    assert code == 0 and "0 of 1 episodes look suspicious; see demos/review.html" in out
    assert "data:image/jpeg;base64" in (tmp_path / "demos" / "review.html").read_text()
    assert "corrections: []" in (tmp_path / "demos" / "corrections.yaml").read_text()
    # The file of corrections that was put there changes nothing.
    assert "up to date 1" in run(perceive)[1]
    code, _, err = run(review, "none")
    assert code == 2 and "dataset none does not exist" in err
