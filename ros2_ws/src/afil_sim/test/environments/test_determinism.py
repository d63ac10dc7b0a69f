"""One seed is one episode, to the last byte."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import subprocess
import sys

EPISODE = """
import hashlib
from afil_sim.environments import make_environment
from afil_sim.running.gym_contract import gym_contract
from afil_sim.tasks import make_task

for env in envs:
    made = make_environment(env, {"size": (48, 48)})
    contract = gym_contract(made)
    made.close()
    task = make_task(contract, noise=0.1, cue="intact")
    for seed in seeds:
        found = hashlib.sha256()
        seen = task.reset(seed)
        for _ in range(4):
            action = task.demonstration()
            for value in (*seen.values(), action):
                found.update(value.tobytes())
            task.world.body.act(action)
            seen = task.step()
    task.close()
    print(found.hexdigest())
"""


def test_in_any_process_and_after_any_other_episode():
    envs = ["Reacher-v5"]
    if importlib.util.find_spec("metaworld") is not None:
        envs.append("Meta-World/drawer-open-v3")
    ours = io.StringIO()
    with contextlib.redirect_stdout(ours):
        exec(EPISODE, {"envs": envs, "seeds": [2, 5]})
    command = [sys.executable, "-c", f"envs, seeds = {envs!r}, [5]\n{EPISODE}"]
    theirs = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert len(theirs.split()) == len(envs) and ours.getvalue() == theirs
