"""LeRobot's loader on the steps of bench_train; runs in LeRobot's own environment.

``python lerobot_loader.py steps.npz FOLDER`` writes the steps as a LeRobotDataset, once with
images and once with videos, reads batches of 64 in one process as its training does, and prints
samples a second of CPU time as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lerobot.datasets.lerobot_dataset import LeRobotDataset
from torch.utils.data import DataLoader

_FPS, _BATCH, _BATCHES = 10, 64, 6


def write(arrays: dict[str, Any], root: Path, *, videos: bool) -> Any:
    """The steps as a dataset."""
    images, state, actions = arrays["images"], arrays["state"], arrays["actions"]
    features = {
        "observation.images.front": {
            "dtype": "video" if videos else "image",
            "shape": images.shape[1:],
            "names": ["height", "width", "channels"],
        },
        "observation.state": {"dtype": "float32", "shape": state.shape[1:], "names": None},
        "action": {"dtype": "float32", "shape": actions.shape[1:], "names": None},
    }
    kind = "videos" if videos else "images"
    place = root / kind
    made = LeRobotDataset.create(
        repo_id=f"afil/{kind}", fps=_FPS, features=features, root=place, use_videos=videos
    )
    episodes = arrays["episodes"]
    for step in range(len(episodes)):
        made.add_frame(
            {
                "observation.images.front": images[step],
                "observation.state": state[step],
                "action": actions[step],
                "task": "lift the orange carrot",
            }
        )
        if step + 1 == len(episodes) or episodes[step + 1] != episodes[step]:
            made.save_episode()
    made.finalize()
    return LeRobotDataset(repo_id=f"afil/{kind}", root=place)


def rate(dataset: Any) -> float:
    """Samples a second of CPU, the fastest batch."""
    loader = DataLoader(dataset, batch_size=_BATCH, shuffle=True, num_workers=0)
    best, batches = float("inf"), iter(loader)
    for _ in range(min(_BATCHES, len(loader))):
        begun = time.process_time()
        batch = next(batches)
        best = min(best, (time.process_time() - begun) / len(batch["action"]))
    return 1 / best


def main() -> None:
    """Measure both kinds."""
    torch.set_num_threads(1)
    source, root = Path(sys.argv[1]), Path(sys.argv[2])
    arrays = dict(np.load(source))
    rates = {
        kind: rate(write(arrays, root, videos=videos))
        for kind, videos in (("images", False), ("videos", True))
    }
    print(json.dumps(rates))


if __name__ == "__main__":
    main()
