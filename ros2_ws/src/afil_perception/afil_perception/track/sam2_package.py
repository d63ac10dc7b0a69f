"""Tracker ``sam2_package``: detector and SAM 2, run by its authors' package."""

from __future__ import annotations

import importlib.util
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import torch
from pydantic import Field
from tqdm import tqdm

from afil_perception.clips.clip import Rgb
from afil_perception.pretrained import UnusableModelError, Weights
from afil_perception.pretrained.load import INSTALL, device_of, dtype_of
from afil_perception.pretrained.once import loaded_once
from afil_perception.track.prompted import PromptedConfig, PromptedTracker
from afil_perception.track.sam2 import Sam2Tracker
from afil_perception.track.segmenter import Prompt, Segment, VideoSegmenter, forget

_CONFIGS = {
    "tiny": "configs/sam2.1/sam2.1_hiera_t.yaml",
    "small": "configs/sam2.1/sam2.1_hiera_s.yaml",
    "base_plus": "configs/sam2.1/sam2.1_hiera_b+.yaml",
    "large": "configs/sam2.1/sam2.1_hiera_l.yaml",
}

_NO_PACKAGE = f"this tracker needs the package sam2, which is not installed; `{INSTALL}`"


class Sam2PackageTracker(PromptedTracker):
    """SAM 2 (arXiv 2408.00714) prompted by the detector.

    Args:
        config: Weights, architecture, window and how often to look.
    """

    weights: tuple[Weights, ...] = Sam2Tracker.weights  # type: ignore[misc]

    class Config(PromptedConfig):
        """Options.

        Attributes:
            model: A file of the package's form (``.pt``), or a name on the Hugging Face hub.
            architecture: That the weights are for.
            overrides: Further settings of the architecture, in Hydra's form; e.g.
                ``++model.fill_hole_area=0``.
        """

        model: str = Field("facebook/sam2.1-hiera-tiny", min_length=1)
        architecture: Literal["tiny", "small", "base_plus", "large"] = "tiny"
        overrides: tuple[str, ...] = ()

    _config: Config

    def require(self) -> None:
        """Package and weights must be here."""
        if importlib.util.find_spec("sam2") is None:
            raise UnusableModelError(_NO_PACKAGE)
        _checkpoint(self._config)

    @loaded_once
    def segmenter(self) -> VideoSegmenter:
        """The model."""
        return PackageSegmenter(
            _load(self._config), dtype_of(self._config, device_of(self._config))
        )


def _load(config: Sam2PackageTracker.Config) -> Any:
    try:
        from sam2 import sam2_video_predictor
        from sam2.build_sam import build_sam2_video_predictor
        from sam2.utils import misc
    except ImportError as error:
        raise UnusableModelError(_NO_PACKAGE) from error
    # Else they draw a progress bar for every window.
    sam2_video_predictor.tqdm = misc.tqdm = partial(tqdm, disable=True)
    device = device_of(config)
    place = _checkpoint(config)
    try:
        predictor = build_sam2_video_predictor(
            _CONFIGS[config.architecture],
            str(place),
            device=str(device),
            hydra_overrides_extra=list(config.overrides),
        )
    except (RuntimeError, KeyError, OSError) as error:
        raise UnusableModelError(
            f"{place} holds no weights of SAM 2 '{config.architecture}' "
            f"({str(error).strip().splitlines()[0] if str(error) else type(error).__name__}); set "
            f"architecture to what they are for"
        ) from error
    if importlib.util.find_spec("sam2._C") is None:
        # Holes are filled by a CUDA kernel that pip does not build.
        predictor.fill_hole_area = 0
    return predictor


def _checkpoint(config: Sam2PackageTracker.Config) -> Path:
    """The file with the weights."""
    place = Path(config.model).expanduser()
    if place.is_file():
        return place
    try:
        from huggingface_hub import hf_hub_download

        name = f"sam2.1_hiera_{config.architecture}.pt"
        return Path(hf_hub_download(config.model, name, local_files_only=True))
    except (OSError, ValueError, ImportError) as error:
        raise UnusableModelError(
            f"the weights {config.model} of SAM 2 '{config.architecture}' are not on this "
            f"machine; fetch them with `hf download {config.model}`, or set model to a file"
        ) from error


class PackageSegmenter(VideoSegmenter):
    """The package's video predictor on frames in memory.

    Args:
        predictor: A ``SAM2VideoPredictor``.
        dtype: In which it computes; the package keeps its weights in float32.
    """

    def __init__(self, predictor: Any, dtype: torch.dtype = torch.float32) -> None:
        self._predictor = predictor
        self._dtype = dtype
        # Episodes that are tracked at the same time have a state each.
        self._free = deque([_empty_state(predictor)])

    @torch.inference_mode()
    def segment(self, frames: Sequence[Rgb], prompts: Sequence[Prompt]) -> Iterator[list[Segment]]:
        """Follow objects from the first frame on."""
        state = self._free.popleft() if self._free else _empty_state(self._predictor)
        try:
            steps = self._follow(state, frames, prompts)
            while (segments := self._step(steps)) is not None:
                yield segments
        finally:
            self._predictor.reset_state(state)
            state["images"] = ()
            state["cached_features"] = {}
            self._free.append(state)

    def _step(self, steps: Iterator[list[Segment]]) -> list[Segment] | None:
        # A step at a time: who asks must not compute in this dtype in between.
        device, is_half = self._predictor.device.type, self._dtype != torch.float32
        with torch.autocast(device, self._dtype if is_half else None, enabled=is_half):
            return next(steps, None)

    def _follow(
        self, state: Any, frames: Sequence[Rgb], prompts: Sequence[Prompt]
    ) -> Iterator[list[Segment]]:
        predictor = self._predictor
        # A new state remembers the image that it was made of.
        state["cached_features"] = {}
        state["images"] = _Prepared(frames, int(predictor.image_size))
        state["num_frames"] = len(frames)
        state["video_height"], state["video_width"] = frames[0].shape[:2]
        for prompt in prompts:
            if prompt.mask is not None:
                predictor.add_new_mask(state, 0, prompt.id, prompt.mask)
            else:
                predictor.add_new_points_or_box(state, 0, prompt.id, box=np.array(prompt.box))
        for index, ids, logits in predictor.propagate_in_video(state, start_frame_idx=0):
            masks = (logits[:, 0] > 0).cpu().numpy()
            places = {number: k for k, number in enumerate(ids)}
            yield [
                Segment(p.id, masks[places[p.id]], _score(state, places[p.id], index))
                for p in prompts
            ]
            for stored in state["output_dict_per_obj"].values():
                forget(stored["non_cond_frame_outputs"], index)


def _score(state: Any, place: int, index: int) -> float:
    """How sure the model is that an object is in a frame."""
    stored = state["output_dict_per_obj"][place]
    outputs = stored["cond_frame_outputs"].get(index) or stored["non_cond_frame_outputs"][index]
    return float(outputs["object_score_logits"].float().sigmoid())


class _Prepared:
    """Frames as the predictor wants them, each prepared when it is looked at."""

    def __init__(self, frames: Sequence[Rgb], side: int) -> None:
        self._frames = frames
        self._side = side
        self._mean = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
        self._std = torch.tensor([0.229, 0.224, 0.225])[:, None, None]

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, index: int) -> torch.Tensor:
        pixels = torch.from_numpy(np.ascontiguousarray(self._frames[index]))
        scaled = torch.nn.functional.interpolate(
            pixels.permute(2, 0, 1)[None].float() / 255,
            size=(self._side, self._side),
            mode="bilinear",
            antialias=True,
        )[0]
        return (scaled - self._mean) / self._std


def _empty_state(predictor: Any) -> Any:
    """A state without objects; the package makes one of a folder of images alone."""
    with tempfile.TemporaryDirectory(prefix="afil_sam2_") as folder:
        blank = np.zeros((8, 8, 3), np.uint8)
        cv2.imwrite(str(Path(folder) / "0.jpg"), blank)
        return predictor.init_state(folder, offload_video_to_cpu=True)
