"""Vision transformers of transformers: ViT, DINOv2, DINOv3 and others of their form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from inspect import signature
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from afil_core.errors import AfilError
from afil_core.optional import optional
from afil_core.schema import Schema
from afil_policy.encoders.base import COLOR, Encoder, Features, Stack
from afil_policy.encoders.pretrained import ImagenetScale, restored_state

_WHO = "encoder 'vit'"
_ARCHITECTURE = "architecture"
# How transformers calls the projections to queries and values.
_ADAPTED = ("q_proj", "v_proj", "query", "value")


class Vit(Encoder):
    """Patch tokens on their grid, and where the class token looks in the last layer.

    The map has the tokens after the last norm. ``heads`` is the last layer's attention from the
    class token to each patch, ``attention`` its mean over heads (Caron et al., "Emerging
    Properties in Self-Supervised Vision Transformers", arXiv 2104.14294); without a class token
    it is the mean over all patches that look. Each of several frames goes through the network by
    itself; their maps lie behind each other in the channels, and attention is the newest's.

    Args:
        config: Which network, and what of it is trained.
        stack: What the channels of an image are: frames of color, and nothing behind them.
        size: Height and width of the images, pixels; multiples of the patch.

    Raises:
        AfilError: When a package or the weights are missing, or images do not fit.
    """

    class Config(Schema):
        """Options.

        Attributes:
            model: Folder with the weights, or their name on the Hugging Face hub; nothing is
                downloaded (``hf download NAME`` does).
            weights: ``pretrained``, or ``none`` for the same network with random ones.
            train: ``frozen``; ``lora`` (low-rank changes of queries and values, arXiv 2106.09685,
                by peft); or ``full``.
            lora_rank: Rank of those changes.
        """

        model: str = Field("facebook/dinov2-small", min_length=1)
        weights: Literal["pretrained", "none"] = "pretrained"
        train: Literal["frozen", "lora", "full"] = "frozen"
        lora_rank: int = Field(8, ge=1)

    architecture: Tensor

    def __init__(self, config: Config, stack: Stack, size: tuple[int, int]) -> None:
        super().__init__()
        if not stack.is_color:
            raise AfilError(
                f"{_WHO} takes frames of color, and these have {stack.channels} channel(s), as "
                "depth has; leave depth out (data.cameras), or choose another encoder"
            )
        if stack.added:
            raise AfilError(
                f"{_WHO} takes frames of color alone, and the method adds {stack.added} "
                "channel(s) behind them; choose a method that adds none, or another encoder"
            )
        self._frames = stack.frames
        self._frozen = config.train == "frozen"
        state = restored_state()
        saved = None if state is None else _saved_architecture(state)
        network, found = _new(config) if saved is None else _again(saved)
        patch = int(found.patch_size)
        if size[0] % patch or size[1] % patch:
            height, width = (max(1, round(side / patch)) * patch for side in size)
            raise AfilError(
                f"{config.model} has patches of {patch} pixels, into which images of "
                f"{size[0]}x{size[1]} can't be cut; set data.height to {height} and data.width "
                f"to {width}"
            )
        self._grid = (size[0] // patch, size[1] // patch)
        self.shape = (self._frames * int(found.hidden_size), *self._grid)
        if config.train == "lora":
            network = _adapted(network, config.lora_rank)
        self.network = network.requires_grad_(False) if self._frozen else network
        # The shape of the network lies with its weights: a checkpoint needs nothing else.
        # What was saved stays as it was: another version of transformers has other words for it.
        self.register_buffer(_ARCHITECTURE, _written(found) if saved is None else saved.clone())
        self._options: dict[str, Any] = {"output_attentions": True}
        if "interpolate_pos_encoding" in signature(network.forward).parameters:
            self._options["interpolate_pos_encoding"] = True
        self.scale = ImagenetScale(Stack())

    def train(self, mode: bool = True) -> Vit:
        """Switch between training and evaluation; a frozen network stays in evaluation."""
        super().train(mode)
        if self._frozen:
            self.network.eval()
        return self

    def forward(self, images: Tensor) -> Features:
        """Encode float32 [B, C, H, W] in [-1, 1]."""
        frames = self.scale(images.unflatten(1, (self._frames, COLOR)).flatten(0, 1))  # type: ignore[no-untyped-call]
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self._frozen):
            found = self.network(pixel_values=frames, **self._options)
        height, width = self._grid
        cells, batch = height * width, len(images)
        tokens, seen = found.last_hidden_state, found.attentions[-1]
        prefix = tokens.shape[1] - cells
        patches = tokens[:, prefix:].transpose(1, 2).reshape(batch, -1, height, width)
        looking = seen[:, :, 0] if prefix else seen.mean(dim=2)
        heads = looking[:, :, prefix:].unflatten(2, self._grid)
        newest = heads.unflatten(0, (batch, self._frames))[:, -1]
        summary = tokens[:, 0] if prefix else tokens.mean(dim=1)
        return Features(
            map=patches,
            attention=newest.mean(dim=1),
            heads=newest,
            summary=summary.reshape(batch, -1),
        )


def _again(saved: Tensor) -> tuple[Any, Any]:
    """The network whose architecture was saved, with random weights, and its configuration."""
    transformers = optional("transformers", _WHO)
    found: dict[str, Any] = json.loads(bytes(saved.tolist()))
    architecture = transformers.AutoConfig.for_model(found.pop("model_type"), **found)
    return _built(transformers, architecture), architecture


def _new(config: Vit.Config) -> tuple[Any, Any]:
    """The network that was chosen, and its configuration."""
    transformers = optional("transformers", _WHO)
    folder = Path(config.model).expanduser()
    place = str(folder.resolve()) if folder.is_dir() else config.model
    try:
        architecture = transformers.AutoConfig.from_pretrained(place, local_files_only=True)
        # Models of text and images have their eyes inside.
        architecture = getattr(architecture, "vision_config", architecture)
        if config.weights == "none":
            return _built(transformers, architecture), architecture
        network = transformers.AutoModel.from_pretrained(
            place, local_files_only=True, attn_implementation="eager", dtype=torch.float32
        )
        return getattr(network, "vision_model", network), architecture
    except (OSError, ValueError, KeyError) as error:
        reason = str(error).strip().split("\n")[0]
        raise AfilError(
            f"the weights {config.model} are not on this machine ({reason}); fetch them with "
            f"`hf download {config.model}`, or set encoder.model to a folder that holds them"
        ) from error


def _built(transformers: Any, architecture: Any) -> Any:
    return transformers.AutoModel.from_config(architecture, attn_implementation="eager")


def _written(architecture: Any) -> Tensor:
    text = json.dumps(architecture.to_dict(), sort_keys=True).encode()
    return torch.tensor(list(text), dtype=torch.uint8)


def _saved_architecture(state: Mapping[str, Tensor]) -> Tensor:
    # All cameras have encoders of one kind.
    for name, tensor in state.items():
        if name.split(".")[-1] == _ARCHITECTURE:
            return tensor
    raise AfilError(f"the checkpoint has no architecture of {_WHO}; train again")


def _adapted(network: nn.Module, rank: int) -> nn.Module:
    """The network with adapters, of which alone the weights are trained."""
    peft = optional("peft", f"{_WHO} with train: lora")
    names = {name.split(".")[-1] for name, _ in network.named_modules()}
    targets = [name for name in _ADAPTED if name in names]
    if not targets:
        raise AfilError(
            f"{_WHO} finds no queries and values in {type(network).__name__}; set encoder.train "
            "to full or frozen"
        )
    options = peft.LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=targets)
    adapted: nn.Module = peft.inject_adapter_in_model(options, network)
    return adapted
