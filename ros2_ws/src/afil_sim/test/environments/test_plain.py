"""Any environment: what it says of itself, and what is made of it."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from afil_core.errors import AfilError
from afil_sim.environments import make_environment
from afil_sim.running.gym_contract import gym_contract
from afil_sim.tasks import make_task


class Line(gymnasium.Env):
    """A point on a line that is to go to 0, one step to the left or to the right."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 20}
    observation_space = spaces.Box(-10, 10, (1,))
    action_space = spaces.Discrete(3, start=-1)

    def __init__(self, render_mode=None, says=True):
        self.render_mode, self._says = render_mode, says

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.place = int(self.np_random.integers(2, 9))
        return self._seen(), self._info()

    def step(self, action):
        self.place += int(action)
        return self._seen(), -1.0, self.place == 0, False, self._info()

    def expert_action(self):
        return -1

    def render(self):
        picture = np.zeros((40, 80, 3), np.uint8)
        picture[:, 8 * abs(self.place)] = 255
        return picture

    def _seen(self):
        return np.array([self.place], np.float32)

    def _info(self):
        return {"success": self.place == 0, "score": 1 - self.place / 10} if self._says else {}


class Lost(Line):
    """Nobody knows the way."""

    expert_action = None


@pytest.fixture(autouse=True)
def line():
    gymnasium.register("test/Line-v0", Line, max_episode_steps=30)
    gymnasium.register("test/Mute-v0", Line, kwargs={"says": False}, reward_threshold=-5.0)
    gymnasium.register("test/Lost-v0", Lost, max_episode_steps=30)
    yield
    for name in ("test/Line-v0", "test/Mute-v0", "test/Lost-v0"):
        del gymnasium.registry[name]


def contract_of(env, **options):
    made = make_environment(env, options)
    contract = gym_contract(made)
    made.close()
    return contract


def test_the_contract_has_its_spaces_its_rate_and_its_picture():
    contract = contract_of("test/Line-v0", action_repeat=2, size=(20, 40))
    assert contract.robot == "gym" and contract.control_rate_hz == 10.0
    assert contract.anchor == "image" and contract.stream("image").shape == (20, 40, 3)
    assert contract.stream("state").names == ("state_0",)
    names = [d.name for d in contract.require_action().dimensions]
    assert names == ["choice_0", "choice_1", "choice_2"]
    assert contract.document.world["env"] == "test/Line-v0"


def test_its_expert_solves_it_and_it_says_so_itself():
    task = make_task(contract_of("test/Line-v0", instruction="go home"), noise=0.3)
    assert (task.config.instruction, task.config.max_steps) == ("go home", 30)
    seen = task.reset(4)
    assert seen["image"].shape == (128, 128, 3) and seen["state"].shape == (1,)
    while not task.done:
        assert not task.success and task.score < 1
        task.world.body.act(task.demonstration())
        task.step()
    assert task.success and task.score == 1.0 and task.last_action().tolist() == [1, 0, 0]
    task.close()


def test_without_an_expert_it_is_an_environment_whose_info_tells_none():
    env = gymnasium.make("afil_sim/Gym-v0", contract=contract_of("test/Lost-v0"))
    _, info = env.reset(seed=0)
    *_, later = env.step(env.action_space.sample())
    assert "score" in info and "expert_action" not in {*info, *later}
    env.close()


def test_without_a_word_of_success_the_registered_return_counts_at_the_end():
    env = make_environment("test/Mute-v0")
    verdicts = {}
    for seed in range(12):
        env.reset(seed)
        begin = env.observation[0]
        while not env.over:
            assert not env.success
            env.step(env.expert_action())
        verdicts[begin] = env.success
    assert verdicts and all(solved == (steps <= 5) for steps, solved in verdicts.items())
    env.close()


def test_control_steps_repeat_the_action_and_end_with_the_episode():
    env = make_environment("test/Line-v0", {"action_repeat": 4})
    assert env.max_steps == 8
    env.reset(0)
    begin = env.observation[0]
    steps = 0
    while not env.over:
        env.step(env.expert_action())
        steps += 1
    assert env.observation[0] == 0.0 and steps == -(-begin // 4)
    env.close()


@pytest.mark.parametrize(
    ("env", "options", "sentence"),
    [
        ("test/Lime-v0", {}, "cannot be made .*doesn't exist.*my_package:MyEnv-v0"),
        ("nowhere_at_all:Env-v0", {}, "nowhere_at_all:Env-v0 cannot be made"),
        ("test/Line-v0", {"make": {"depth": 3}}, "cannot be made .*depth.*option make"),
        ("test/Line-v0", {"camera": "top"}, "environment plain: camera is not a known key"),
        ("test/Line-v0", {"action_repeat": 0}, "action_repeat must be at least 1"),
    ],
)
def test_what_there_is_not_is_a_sentence(env, options, sentence):
    with pytest.raises(AfilError, match=sentence):
        make_environment(env, options)


def test_what_somebodys_code_raises_is_a_sentence_with_its_place(monkeypatch, tmp_path):
    (tmp_path / "unlicensed.py").write_text("\nraise RuntimeError('no licence')\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(AfilError, match=r"RuntimeError in .*unlicensed.py, line 2 \(no licence\)"):
        make_environment("unlicensed:Any-v0")


def test_a_camera_that_it_has_not_is_refused():
    with pytest.raises(AfilError, match="no camera 'top'; it has its own view alone"):
        contract_of("test/Line-v0", cameras=("top",))


def test_the_contract_of_another_environment_is_refused():
    document = contract_of("test/Line-v0").document
    foreign = document.model_copy(update={"world": {"env": "Reacher-v5"}})
    with pytest.raises(AfilError, match="has the numbers state_0 of state, but .*-v5 has none"):
        make_task(type(contract_of("test/Line-v0"))(foreign))
    without = document.model_copy(update={"world": {}})
    with pytest.raises(AfilError, match="the part 'world' of contract 'gym': env is missing"):
        make_task(type(contract_of("test/Line-v0"))(without))


def test_an_environment_without_an_expert_can_be_run_and_not_demonstrated(monkeypatch):
    monkeypatch.delattr(Line, "expert_action")
    task = make_task(contract_of("test/Line-v0"))
    task.reset(0)
    assert not task.has_expert
    with pytest.raises(AfilError, match=r"has no expert: give it a method expert_action\(\)"):
        task.expert_action()
    task.close()


def _frames(task):
    """The first frames of an episode."""
    frames = [task.reset(3)["image"]]
    for _ in range(3):
        task.world.body.act(task.expert_action())
        frames.append(task.step()["image"])
    return np.stack(frames)


def test_a_broken_cue_shows_what_the_expert_does_elsewhere():
    contract = contract_of("Reacher-v5")
    pictures = {}
    for cue in ("none", "intact", "broken", "previous"):
        task = make_task(contract, cue=cue)
        pictures[cue] = [_frames(task), _frames(task)]
        np.testing.assert_array_equal(*pictures[cue])
        task.close()
    shown = [p[0].tobytes() for p in pictures.values()]
    assert len(set(shown)) == 4
