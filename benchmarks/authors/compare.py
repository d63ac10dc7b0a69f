"""How close our maps and boxes come to what the method's authors published."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from afil_core.episodes import Episode
from afil_core.errors import AfilError
from afil_core.imaging import resize_map
from afil_core.saliency import Box, KeyObject, box_center
from afil_perception.clips.video import import_video
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pipeline.sidecar import write_sidecar
from afil_perception.saliency.temporal import (
    SIGMA_ARM,
    SIGMA_DRIVING,
    SaliencyConfig,
    saliency_map,
)
from benchmarks.authors.data import AuthorsVideo, follow_first_box, load_authors_video

NEAR_PX = 25.0

_Maps = Iterable[NDArray[np.float64] | NDArray[np.float32] | NDArray[np.uint8]]


@dataclass(frozen=True)
class Case:
    """A demonstration and what is expected on it.

    Attributes:
        folder: Name of its folder.
        instruction: The task in words.
        driving: Whether it is one of driving.
        correlation_target: Least median correlation with the authors' maps, boxes given.
        near_target: Least share of frames in which our detection is near theirs; None where
            there is no such comparison.
    """

    folder: str
    instruction: str
    driving: bool
    correlation_target: float
    near_target: float | None


CASES = (
    Case("lift_carrot_confounded", "lift the carrot", False, 0.97, 0.9),
    Case("route_2416_seed_201", "stop at the stop sign", True, 0.94, None),
)


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    Attributes:
        metric: What was measured, on which video.
        value: The figure.
        unit: Its unit.
        target: Least value; None where it is only reported.
        ok: Whether the target is met; None where there is none.
        baseline: The same figure of the baseline; None where there is none.
        baseline_is: What the baseline is.
        n: Number of frames.
    """

    metric: str
    value: float
    unit: str
    target: float | None
    ok: bool | None
    baseline: float | None
    baseline_is: str
    n: int

    def line(self) -> str:
        """The figure as one line for a person."""
        text = f"{self.metric}: {self.value:.3f} {self.unit} (n = {self.n} frames"
        if self.target is not None:
            text += f"; target >= {self.target:g}: {'met' if self.ok else 'MISSED'}"
        if self.baseline is not None:
            text += f"; {self.baseline_is}: {self.baseline:.3f}"
        return text + ")"


def measure(case: Case, video: AuthorsVideo, workspace: Path) -> list[Figure]:
    """All figures of one demonstration.

    Args:
        case: What is expected.
        video: The demonstration.
        workspace: Folder for the temporary dataset.

    Raises:
        AfilError: When the video and the authors' files do not fit.
    """
    episode = Episode(import_video(video.video, workspace / case.folder, case.instruction))
    stream = episode.contract.images[0]
    size = (stream.shape[0], stream.shape[1])
    saliency = SaliencyConfig(sigma_fraction=SIGMA_DRIVING if case.driving else SIGMA_ARM)
    report = write_sidecar(episode, Pipeline(PerceptionConfig(saliency=saliency)))
    if report.frames != len(video.maps):
        raise AfilError(
            f"{video.video} has {report.frames} frames, but the authors' files beside it have "
            f"{len(video.maps)}; restore them from one copy"
        )
    single = saliency.model_copy(update={"window": 0})
    figures = [
        _correlation_figure(
            f"{case.folder}.map_correlation",
            video,
            maps=_maps_of(video, size, saliency),
            baseline_maps=_maps_of(video, size, single),
            baseline_is="without the frame before",
            target=case.correlation_target,
        ),
        _correlation_figure(
            f"{case.folder}.map_correlation_own_boxes",
            video,
            maps=(
                resize_map(m, (video.maps.shape[1], video.maps.shape[2]))
                for _, m in episode.saliency_maps(stream.name)
            ),
            baseline_maps=_center_maps(video, size, single),
            baseline_is="a Gaussian at the image's center",
            target=None,
        ),
    ]
    ours = _own_centers(episode, stream.topic)
    figures.append(_found_figure(case, ours))
    if case.near_target is not None:
        figures.append(_near_figure(case, video, ours, size))
    return figures


def _maps_of(
    video: AuthorsVideo, size: tuple[int, int], config: SaliencyConfig
) -> Iterable[NDArray[np.float32]]:
    """Our maps from the authors' boxes, in the size of theirs."""
    shape = (video.maps.shape[1], video.maps.shape[2])
    for t in range(len(video.boxes)):
        near = {
            j: _objects(video.boxes[t + j])
            for j in config.offsets
            if 0 <= t + j < len(video.boxes)
        }
        yield saliency_map(near, size, config, shape)


def _objects(boxes: Sequence[Box]) -> list[KeyObject]:
    return [KeyObject(number, "", 1.0, box) for number, box in enumerate(boxes, start=1)]


def _center_maps(
    video: AuthorsVideo, size: tuple[int, int], config: SaliencyConfig
) -> Iterable[NDArray[np.float32]]:
    middle: Box = (size[1] / 2, size[0] / 2, size[1] / 2, size[0] / 2)
    shape = (video.maps.shape[1], video.maps.shape[2])
    one = saliency_map({0: _objects([middle])}, size, config, shape)
    return (one for _ in video.maps)


def _correlation_figure(
    metric: str,
    video: AuthorsVideo,
    maps: _Maps,
    baseline_maps: _Maps,
    baseline_is: str,
    target: float | None,
) -> Figure:
    values = _correlations(maps, video.maps)
    value = float(np.median(values)) if values else 0.0
    baseline = _correlations(baseline_maps, video.maps)
    return Figure(
        metric=f"{metric}.median",
        value=round(value, 4),
        unit="Pearson r",
        target=target,
        ok=None if target is None else value >= target,
        baseline=round(float(np.median(baseline)), 4) if baseline else None,
        baseline_is=baseline_is,
        n=len(values),
    )


def _correlations(ours: _Maps, theirs: NDArray[np.uint8]) -> list[float]:
    """Pearson correlation per frame in which their map says something.

    Where ours is constant the correlation is not defined; it found nothing, and counts as 0.
    """
    values = []
    for a, b in zip(ours, theirs, strict=True):
        if b.std() == 0:
            continue
        x, y = a.ravel().astype(np.float64), b.ravel().astype(np.float64)
        values.append(float(np.corrcoef(x, y)[0, 1]) if x.std() > 0 else 0.0)
    return values


def _own_centers(episode: Episode, topic: str) -> list[list[tuple[float, float]]]:
    """Centers of the key objects per frame, read back from the sidecar."""
    found = episode.sidecar.key_objects(topic)
    return [[box_center(o.box) for o in objects] for _, objects in found]


def _found_figure(case: Case, ours: Sequence[Sequence[tuple[float, float]]]) -> Figure:
    """Share of frames in which the weight-free detection finds anything at all."""
    return Figure(
        metric=f"{case.folder}.frames_with_own_boxes",
        value=round(sum(bool(centers) for centers in ours) / len(ours), 4),
        unit="share of frames",
        target=None,
        ok=None,
        baseline=None,
        baseline_is="",
        n=len(ours),
    )


def _near_figure(
    case: Case,
    video: AuthorsVideo,
    ours: Sequence[Sequence[tuple[float, float]]],
    size: tuple[int, int],
) -> Figure:
    """Share of frames in which a detection of ours is near the object's box of theirs."""
    theirs = follow_first_box(video.boxes)
    middle = (size[1] / 2, size[0] / 2)
    near = near_baseline = count = 0
    for centers, box in zip(ours, theirs, strict=True):
        if box is None:
            continue
        count += 1
        # the first is the only one: a singular phrase keeps one object
        near += bool(centers) and _distance(centers[0], box_center(box)) <= NEAR_PX
        near_baseline += _distance(middle, box_center(box)) <= NEAR_PX
    if not count:
        raise AfilError(f"{video.folder}: the authors' boxes are empty in the first frame")
    value = near / count
    return Figure(
        metric=f"{case.folder}.detection_within_{NEAR_PX:g}_px",
        value=round(value, 4),
        unit="share of frames",
        target=case.near_target,
        ok=None if case.near_target is None else value >= case.near_target,
        baseline=round(near_baseline / count, 4),
        baseline_is="guessing the image's center",
        n=count,
    )


def _distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(np.hypot(a[0] - b[0], a[1] - b[1]))


def compare(data: Path, say: Callable[[str], None] = print) -> list[Figure]:
    """Measure all demonstrations below a folder.

    Raises:
        AfilError: When the authors' data are not there or do not fit together.
    """
    if not data.is_dir():
        raise AfilError(
            f"the authors' data are not here: folder {data} does not exist, so nothing can be "
            "measured; give their folder with --data"
        )
    videos = [load_authors_video(data / case.folder) for case in CASES]
    figures = []
    with tempfile.TemporaryDirectory(prefix="afil_authors_") as workspace:
        for case, video in zip(CASES, videos, strict=True):
            for figure in measure(case, video, Path(workspace)):
                say(figure.line())
                figures.append(figure)
    return figures
