"""Configuration of the perception pipeline: frozen dataclasses, YAML in, unknown keys refused."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from afil_core.errors import AfilError
from afil_core.strict_yaml import Section, parse_mapping

_T = TypeVar("_T")


def _number(default: float, least: float, most: float = math.inf) -> Any:
    return field(default=default, metadata={"least": least, "most": most})


def _choice(default: str, *choices: str) -> Any:
    return field(default=default, metadata={"choices": choices})


@dataclass(frozen=True)
class VlmConfig:
    """Stages describe and filter.

    Attributes:
        backend: Name in the registry.
    """

    backend: str = "instruction"


@dataclass(frozen=True)
class ColorConfig:
    """The color detector; fractions make it independent of the image size.

    Attributes:
        min_area_fraction: Least area of a region, of the image's area.
        max_area_fraction: Largest area of a region's box, of the image's area: larger ones are
            background.
        merge_gap_fraction: Regions of one phrase closer than this, of the image's width, are
            parts of one object that something hides in part.
        min_part_fraction: A part has at least this much of the larger part's area.
        min_score: Least score of a detection.
        max_candidates: Most detections per phrase and frame.
        typical_colors: Colors of further objects, or other colors for known ones, e.g.
            ``{mug: blue}``.
    """

    min_area_fraction: float = _number(0.0003, 0.0, 1.0)
    max_area_fraction: float = _number(0.2, 0.0, 1.0)
    merge_gap_fraction: float = _number(0.06, 0.0, 1.0)
    min_part_fraction: float = _number(0.2, 0.0, 1.0)
    min_score: float = _number(0.4, 0.0, 1.0)
    max_candidates: int = _number(5, 1)
    typical_colors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DetectorConfig:
    """Stage detect.

    Attributes:
        backend: Name in the registry.
        color: Options of the backend ``color``.
    """

    backend: str = "color"
    color: ColorConfig = ColorConfig()


@dataclass(frozen=True)
class IouTrackerConfig:
    """The overlap tracker.

    Attributes:
        min_iou: Least intersection over union with the track's last box.
        max_gap_frames: Frames without a detection after which a track ends.
    """

    min_iou: float = _number(0.2, 0.0, 1.0)
    max_gap_frames: int = _number(10, 0)


@dataclass(frozen=True)
class TrackerConfig:
    """Stage track.

    Attributes:
        backend: Name in the registry.
        iou: Options of the backend ``iou``.
    """

    backend: str = "iou"
    iou: IouTrackerConfig = IouTrackerConfig()


@dataclass(frozen=True)
class FilterConfig:
    """Stage filter; who answers is the VLM's backend.

    Attributes:
        max_objects: Most objects kept per segment.
    """

    max_objects: int = _number(3, 1)


@dataclass(frozen=True)
class SaliencyConfig:
    """The temporal map; symbols as in :mod:`afil_perception.saliency.temporal`.

    Attributes:
        scene: Which sigma: ``arm``, ``driving``, or ``auto`` to go by the contract's action
            (vehicle control is driving, everything else an arm).
        sigma_fraction_arm: sigma_0 for an arm, of the image's width.
        sigma_fraction_driving: sigma_0 for driving, of the image's width.
        alpha: Weight of a frame one step away.
        beta: A frame one step away has sigma_0 / beta; 1 keeps sigma constant.
        window: Steps back in time (and ahead, when not causal).
        causal: Whether only the past counts.
        kernel: ``peak`` (each Gaussian has height 1) or ``sum`` (each has sum 1).
        shape: ``center`` (Gaussian at the box's center) or ``box`` (at least as wide as the box).
        frame_min_max: Whether each frame's map is scaled to [0, 1] before frames are added.
    """

    scene: str = _choice("auto", "auto", "arm", "driving")
    sigma_fraction_arm: float = _number(30 / 640, 1e-4, 10.0)
    sigma_fraction_driving: float = _number(20 / 320, 1e-4, 10.0)
    alpha: float = _number(0.7, 0.0, 1.0)
    beta: float = _number(1.0, 1e-3, 1.0)
    window: int = _number(1, 0)
    causal: bool = True
    kernel: str = _choice("peak", "peak", "sum")
    shape: str = _choice("center", "center", "box")
    frame_min_max: bool = True


@dataclass(frozen=True)
class PerceptionConfig:
    """The whole pipeline."""

    vlm: VlmConfig = VlmConfig()
    detector: DetectorConfig = DetectorConfig()
    tracker: TrackerConfig = TrackerConfig()
    filter: FilterConfig = FilterConfig()
    saliency: SaliencyConfig = SaliencyConfig()

    def to_dict(self) -> dict[str, Any]:
        """Plain data in the form of the YAML file, every value explicit."""
        return dataclasses.asdict(self)


def load_config(path: str | Path | None) -> PerceptionConfig:
    """Read a configuration; keys that the file leaves out have their defaults.

    Args:
        path: YAML file; None for the defaults.

    Raises:
        AfilError: When the file can't be read, or a key is unknown or out of range.
    """
    if path is None:
        return PerceptionConfig()
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AfilError(f"cannot read the perception config {path}: {error}") from error
    return parse_config(text, str(path))


def parse_config(text: str, source: str) -> PerceptionConfig:
    """Read a configuration from YAML text; see :func:`load_config`."""
    if not text.strip():
        return PerceptionConfig()
    return _read(PerceptionConfig, parse_mapping(text, source))


def _read(cls: type[_T], section: Section) -> _T:
    """Build a config dataclass from a section of the file."""
    defaults = cls()
    values: dict[str, Any] = {}
    for item in fields(cls):  # type: ignore[arg-type]
        default = getattr(defaults, item.name)
        if item.name in section.keys():  # noqa: SIM118 (a Section is no mapping)
            values[item.name] = _value(default, item, section)
    unknown = [k for k in section.keys() if k not in values]  # noqa: SIM118
    if unknown:
        known = ", ".join(f.name for f in fields(cls))  # type: ignore[arg-type]
        raise section.error(f"is not a known key; known here: {known}. Remove it", unknown[0])
    return cls(**values)


def _value(default: Any, item: dataclasses.Field[Any], section: Section) -> Any:
    key = item.name
    if dataclasses.is_dataclass(default):
        return _read(type(default), section.section(key))
    if isinstance(default, bool):
        return section.flag(key)
    if isinstance(default, str):
        return section.text(key, item.metadata.get("choices", ()))
    if isinstance(default, dict):
        nested = section.section(key)
        return {k: nested.text(k) for k in nested.keys()}  # noqa: SIM118
    number = section.integer(key) if isinstance(default, int) else section.number(key)
    least, most = item.metadata["least"], item.metadata["most"]
    if not least <= number <= most:
        raise section.error(f"must lie in [{least:g}, {most:g}], not {number!r}", key)
    return number
