"""One camera, one frame, one action: training does what this page of plain torch does.

The page knows none of the package's networks, losses, normalizers, batches or schedules. When a
change of theirs moves a single bit of a policy that ``bc`` trained, this is the test that says so;
the gradient of ``autofocus`` is written out in the package and left to torch here, which rounds
otherwise.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from afil_core import schema
from afil_policy.data.cache import open_cache
from afil_policy.training.config import TrainConfig
from afil_policy.training.trainer import Trainer

EPOCHS, BATCH, RATE, DECAY, WARMUP, CLIP, SEED = 3, 10, 5e-3, 1e-4, 4, 0.5, 7
HELD_OUT = 0.2
WEIGHT, TAU = 3.0, 5.0


def plain_run(arrays, method, *, ema):
    """Train on [N, ...] arrays of a cache: rows of (total, terms) by epoch, and the weights."""
    images, maps, numbers, actions, episodes = arrays
    order = np.random.default_rng(SEED).permutation(episodes.max() + 1)
    held_out = np.isin(episodes, order[: round(HELD_OUT * len(order))])
    train, validate = np.flatnonzero(~held_out), np.flatnonzero(held_out)
    move = numbers[train].astype(np.float64)
    p_shift, p_scale = move.mean(axis=0), move.std(axis=0)
    p_scale = np.where(p_scale < 1e-4, 1.0, p_scale)
    move = actions[train].astype(np.float64)
    a_shift, a_scale = move.mean(axis=0), np.maximum(move.std(axis=0), 1e-4)

    def normal(values, shift, scale):
        return (torch.from_numpy(values) - torch.tensor(shift, dtype=torch.float32)) / (
            torch.tensor(scale, dtype=torch.float32)
        )

    def batch(chosen, seed):
        x = torch.from_numpy(images[chosen]).permute(0, 3, 1, 2).float() / 127.5 - 1.0
        if seed is not None:
            drawn = int(np.random.default_rng(seed).integers(2**62))
            generator = torch.Generator().manual_seed(drawn)
            contrast, brightness = torch.rand(2, len(x), 1, 1, 1, generator=generator) * 2 - 1
            mean = x.mean(dim=(1, 2, 3), keepdim=True)
            contrast = 1 + 0.1 * contrast
            offset = mean * (1 - contrast) + 2 * 0.1 * brightness
            x = (x * contrast + offset).clamp(-1, 1)
        p = normal(numbers[chosen], p_shift, p_scale)
        a = normal(actions[chosen], a_shift, a_scale)
        return x, p, a, torch.from_numpy(maps[chosen]).float() / 255

    torch.manual_seed(SEED)
    convolutions = nn.Sequential(
        nn.Conv2d(3, 8, 4, 2, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 4, 2, padding=1)
    )
    mlp = nn.Sequential(
        nn.Linear(2 * 8 + numbers.shape[1], 16), nn.ReLU(), nn.Linear(16, actions.shape[1])
    )
    network = nn.ModuleList([convolutions, mlp]).to(memory_format=torch.channels_last)
    xs, ys = torch.linspace(-1, 1, 8), torch.linspace(-1, 1, 6)
    places = torch.cartesian_prod(ys, xs).flip(1).T.contiguous()

    def losses(x, p, a, target):
        z = convolutions(x)
        share = torch.softmax(z.permute(0, 2, 3, 1).flatten(1, 2), dim=1)
        points = (places @ share).transpose(1, 2).flatten(1)
        bc = functional.mse_loss(mlp(torch.cat([points, p], dim=1)), a)
        if method == "bc":
            return bc, {"bc": bc}
        strength = z.abs().sum(dim=1)
        # A softmax divided by its peak.
        m = torch.exp((strength - strength.amax(dim=(1, 2), keepdim=True).detach()) / TAU)
        g = target.view(-1, 6, 4, 32).sum(dim=2).view(-1, 6, 8, 4).mean(dim=3)
        error = (unit(m) - unit(g)).square().mean(dim=(1, 2))
        valid = (target.amax(dim=(1, 2)) > 0).float()
        reg = (error * valid).sum() / valid.sum().clamp(min=1)
        return bc + WEIGHT * reg, {"bc": bc, "reg": reg}

    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    averaged = {k: v.clone() for k, v in network.state_dict().items()}
    steps = -(-len(train) // BATCH)
    rows = []
    for epoch in range(EPOCHS):
        order = np.random.default_rng([SEED, epoch]).permutation(train)
        row = {}
        for number in range(steps):
            step = epoch * steps + number
            rate = RATE * 0.5 * (1 + math.cos(math.pi * step / (EPOCHS * steps)))
            optimizer.param_groups[0]["lr"] = rate * min(1.0, (step + 1) / WARMUP)
            chosen = np.sort(order[number * BATCH : (number + 1) * BATCH])
            total, terms = losses(*batch(chosen, [SEED, epoch, number]))
            optimizer.zero_grad()
            total.backward()
            nn.utils.clip_grad_norm_(network.parameters(), CLIP)
            optimizer.step()
            for name, tensor in network.state_dict().items():
                averaged[name].lerp_(tensor, 1 - ema)
            for name, value in {"loss": total, **terms}.items():
                row[f"train_{name}"] = row.get(f"train_{name}", 0.0) + float(value.detach())
        row = {k: v / steps for k, v in row.items()}
        raw = {name: tensor.clone() for name, tensor in network.state_dict().items()}
        with torch.no_grad():
            # What is held out is tried on the weights that are kept.
            network.load_state_dict(averaged if ema else raw)
            for begin in range(0, len(validate), BATCH):
                chosen = validate[begin : begin + BATCH]
                total, terms = losses(*batch(chosen, None))
                for term, value in {"loss": total, **terms}.items():
                    name = f"validation_{term}"
                    row[name] = row.get(name, 0.0) + float(value) * len(chosen)
        network.load_state_dict(raw)
        row = {k: v / (len(validate) if "validation" in k else 1) for k, v in row.items()}
        rows.append({"epoch": float(epoch + 1), **row})
    return rows, list((averaged if ema else network.state_dict()).values())


def unit(maps):
    """Each map [B, h, w] scaled to [0, 1]; a flat one is zero."""
    low, high = maps.amin(dim=(1, 2), keepdim=True), maps.amax(dim=(1, 2), keepdim=True)
    flat = high - low <= 1e-12
    return torch.where(
        flat, torch.zeros_like(maps), (maps - low) / (high - low).masked_fill(flat, 1)
    )


@pytest.mark.parametrize("ema", [0.0, 0.9])
@pytest.mark.parametrize("method", ["bc", "autofocus"])
def test_training_is_that_of_plain_torch(
    dataset: Path, tmp_path: Path, small: TrainConfig, method: str, ema: float
) -> None:
    options = {"method.weight": WEIGHT, "method.temperature": TAU} if method != "bc" else {}
    settings = {
        "seed": SEED,
        "method": method,
        "data.validation_fraction": HELD_OUT,
        "optimizer.epochs": EPOCHS,
        "optimizer.batch_size": BATCH,
        "optimizer.learning_rate": RATE,
        "optimizer.weight_decay": DECAY,
        "optimizer.warmup_steps": WARMUP,
        "optimizer.gradient_clip": CLIP,
        "optimizer.ema": ema,
    }
    config = schema.parse(TrainConfig, schema.to_yaml(small), "x.yaml", settings | options)
    cache = open_cache(dataset, config.data, tmp_path / "cache", needs_saliency=True)
    result = Trainer(config, cache, tmp_path / "run").run()
    steps = np.arange(len(cache.actions))
    images, maps = cache.images("front_image", steps), cache.saliency("front_image", steps)
    arrays = (images, maps, cache.proprioception, cache.actions, cache.episodes)
    rows, weights = plain_run(arrays, method, ema=ema)
    assert len(weights) == len(result.weights)
    if method == "bc":
        assert result.rows == rows
        assert all(map(torch.equal, weights, result.weights.values()))
        return
    for mine, theirs in zip(rows, result.rows, strict=True):
        assert theirs == pytest.approx(mine, rel=1e-5)
    for mine, theirs in zip(weights, result.weights.values(), strict=True):
        torch.testing.assert_close(theirs, mine, rtol=1e-4, atol=1e-5)
