"""Backends by name: what there is, what is planned, and a sentence for everything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from afil_core.errors import AfilError
from afil_perception.describe.instruction import InstructionDescriber
from afil_perception.detect.color import ColorDetector
from afil_perception.filter.instruction import InstructionFilter
from afil_perception.interfaces import Describer, Detector, ObjectFilter, Tracker
from afil_perception.pipeline.config import (
    DetectorConfig,
    PerceptionConfig,
    TrackerConfig,
    VlmConfig,
)
from afil_perception.track.iou import IouTracker

_C = TypeVar("_C")
_B = TypeVar("_B")


@dataclass(frozen=True)
class Registry(Generic[_C, _B]):
    """Factories of one stage.

    Attributes:
        key: The key of the configuration that names the backend.
        factories: What can be had: name to factory.
        planned: Names of the design that do not exist yet.
    """

    key: str
    factories: dict[str, Callable[[_C], _B]]
    planned: tuple[str, ...] = ()

    def create(self, name: str, config: _C) -> _B:
        """The backend of that name.

        Raises:
            AfilError: When it is unknown or not there yet.
        """
        factory = self.factories.get(name)
        if factory is None:
            why = "is not available yet" if name in self.planned else "is unknown"
            known = ", ".join(self.factories)
            raise AfilError(f"{self.key}: the backend '{name}' {why}; use one of: {known}")
        return factory(config)


def _instruction_describer(_: VlmConfig) -> Describer:
    return InstructionDescriber()


def _instruction_filter(_: VlmConfig) -> ObjectFilter:
    return InstructionFilter()


def _color_detector(config: DetectorConfig) -> Detector:
    return ColorDetector(config.color)


def _iou_tracker(config: TrackerConfig) -> Tracker:
    return IouTracker(config.iou)


_VLM_PLANNED = ("openai", "hf")

DESCRIBERS: Registry[VlmConfig, Describer] = Registry(
    "vlm.backend", {"instruction": _instruction_describer}, _VLM_PLANNED
)
FILTERS: Registry[VlmConfig, ObjectFilter] = Registry(
    "vlm.backend", {"instruction": _instruction_filter}, _VLM_PLANNED
)
DETECTORS: Registry[DetectorConfig, Detector] = Registry(
    "detector.backend", {"color": _color_detector}, ("grounding_dino", "owlv2")
)
TRACKERS: Registry[TrackerConfig, Tracker] = Registry(
    "tracker.backend", {"iou": _iou_tracker}, ("sam2",)
)


@dataclass(frozen=True)
class Backends:
    """One backend per stage; trackers keep state, so there is a new one per image stream."""

    describer: Describer
    detector: Detector
    new_tracker: Callable[[], Tracker]
    filter: ObjectFilter


def create_backends(config: PerceptionConfig) -> Backends:
    """The backends that a configuration names.

    Raises:
        AfilError: When one is unknown or not there yet.
    """

    def new_tracker() -> Tracker:
        return TRACKERS.create(config.tracker.backend, config.tracker)

    new_tracker()  # an unknown name is refused now, not at the first episode
    return Backends(
        describer=DESCRIBERS.create(config.vlm.backend, config.vlm),
        detector=DETECTORS.create(config.detector.backend, config.detector),
        new_tracker=new_tracker,
        filter=FILTERS.create(config.vlm.backend, config.vlm),
    )
