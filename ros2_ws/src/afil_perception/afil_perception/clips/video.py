"""From a video file to an episode bag: images to perceive, without a robot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from afil_core.contract import Contract, load_contract, read_contract
from afil_core.episodes import EpisodeWriter
from afil_core.errors import AfilError
from afil_core.progress import Progress
from afil_perception.clips.clip import Rgb

# Containers may announce a few frames more than there are.
_WHOLE = 0.95
_START_NS = 1_000_000_000


class Video:
    """A video file.

    Args:
        path: The file.
        fps: Frames per second, instead of what the file says.

    Raises:
        AfilError: When it can't be opened, has no picture or no known rate.
    """

    def __init__(self, path: Path, fps: float | None = None) -> None:
        if not path.is_file():
            raise AfilError(f"video {path} does not exist; give the path of a video file")
        self.path = path
        capture = cv2.VideoCapture(str(path))
        try:
            opened, first = capture.read() if capture.isOpened() else (False, None)
            if not opened or first is None:
                raise AfilError(
                    f"video {path} cannot be decoded: it is no video, is cut off, or its codec "
                    "is unknown; try to convert it with ffmpeg"
                )
            self.size = (int(first.shape[0]), int(first.shape[1]))
            self.fps = fps if fps is not None else float(capture.get(cv2.CAP_PROP_FPS))
            self.frame_count = max(int(capture.get(cv2.CAP_PROP_FRAME_COUNT)), 1)
        finally:
            capture.release()
        if not np.isfinite(self.fps) or self.fps <= 0:
            raise AfilError(
                f"video {path} has no usable frame rate ({self.fps}); give one above 0 with "
                "--fps-override"
            )

    def frames(self) -> Iterator[tuple[int, Rgb]]:
        """Stamp (ns from 0, at the frame rate) and image, uint8 [H, W, 3] RGB."""
        capture = cv2.VideoCapture(str(self.path))
        try:
            index = 0
            while True:
                there, bgr = capture.read()
                if not there:
                    return
                rgb = np.ascontiguousarray(bgr[:, :, ::-1], dtype=np.uint8)
                yield round(index * 1e9 / self.fps), rgb
                index += 1
        finally:
            capture.release()


def video_contract(video: Video) -> Contract:
    """The contract ``video`` with the size and the rate of a video."""
    base = load_contract("video")
    data = base.to_dict()
    data["control_rate_hz"] = video.fps
    data["observations"][base.anchor] |= {"size": list(video.size), "rate_hz": video.fps}
    return read_contract(data, str(video.path))


def import_video(path: Path, dataset: Path, instruction: str, fps: float | None = None) -> Path:
    """Make an episode of a video.

    Args:
        path: The video.
        dataset: Folder of the dataset; made when missing.
        instruction: The task in words.
        fps: Frames per second, instead of what the file says.

    Returns:
        Folder of the episode.

    Raises:
        AfilError: When the video can't be read.
    """
    if not instruction.strip():
        raise AfilError("the instruction is empty; give --instruction 'lift the carrot'")
    video = Video(path, fps)
    contract = video_contract(video)
    stream = contract.images[0]
    notes = {"source_video": path.name}
    writer = EpisodeWriter(dataset, contract, instruction, operator="video", notes=notes)
    try:
        progress = Progress(f"imported {path.name}", video.frame_count)
        count = 0
        for since_start_ns, rgb in video.frames():
            count += 1
            # A stamp of 0 is what a broken driver sends.
            stamp_ns = _START_NS + since_start_ns
            writer.write(stream.topic, stream.encode(rgb, stamp_ns), stamp_ns)
            progress.advance()
        if count < _WHOLE * video.frame_count:
            raise AfilError(
                f"video {path} is cut off: {count} of its {video.frame_count} frames can be "
                "decoded; restore it from a copy"
            )
    except BaseException:
        writer.discard()
        raise
    return writer.save(None)
