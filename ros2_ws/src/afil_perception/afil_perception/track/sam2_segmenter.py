"""SAM 2 run by transformers: Sam2VideoModel as a segmenter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch

from afil_perception.clips.clip import Rgb
from afil_perception.pretrained import LoadedModel
from afil_perception.track.segmenter import Prompt, Segment, VideoSegmenter, forget


class TransformersSegmenter(VideoSegmenter):
    """Sam2VideoModel, frame by frame: of past frames it keeps what the model looks back on.

    Args:
        loaded: The model and its processor.
    """

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded

    @torch.inference_mode()
    def segment(self, frames: Sequence[Rgb], prompts: Sequence[Prompt]) -> Iterator[list[Segment]]:
        """Follow objects from the first frame on."""
        loaded = self._loaded
        size = (int(frames[0].shape[0]), int(frames[0].shape[1]))
        session = loaded.processor.init_video_session(
            inference_device=loaded.device, dtype=loaded.dtype
        )
        self._prompt(session, prompts, size)
        for index, rgb in enumerate(frames):
            pixels = loaded.processor(images=rgb, return_tensors="pt")["pixel_values"][0]
            output = loaded.model(session, frame=pixels.to(loaded.device, loaded.dtype))
            masks = loaded.processor.post_process_masks(
                [output.pred_masks.float()], original_sizes=[list(size)], binarize=True
            )[0]
            scores = output.object_score_logits.float().sigmoid().flatten().tolist()
            places = {number: k for k, number in enumerate(output.object_ids)}
            yield [
                Segment(p.id, masks[places[p.id], 0].cpu().numpy(), scores[places[p.id]])
                for p in prompts
            ]
            _forget(session, index)

    def _prompt(self, session: Any, prompts: Sequence[Prompt], size: tuple[int, int]) -> None:
        boxes = {p.id: list(p.box) for p in prompts if p.box is not None}
        masks = {p.id: torch.from_numpy(p.mask) for p in prompts if p.mask is not None}
        session.video_height, session.video_width = size
        add = self._loaded.processor.add_inputs_to_inference_session
        if boxes:
            add(session, 0, list(boxes), input_boxes=[list(boxes.values())], original_size=size)
        if masks:
            add(session, 0, list(masks), input_masks=list(masks.values()))
        # The second call would hide the objects of the first.
        session.obj_with_new_inputs = [*boxes, *masks]


def _forget(session: Any, index: int) -> None:
    """Drop what the session stored and the model never looks at again."""
    # Its frames are counted, so an empty one stays.
    session.processed_frames[index] = torch.empty(0)
    for stored in session.output_dict_per_obj.values():
        for outputs in stored.values():
            if index in outputs:
                outputs[index].pop("high_res_masks", None)
        forget(stored["non_cond_frame_outputs"], index)
