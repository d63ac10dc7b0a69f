"""Training configuration: frozen dataclasses, read strictly from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import yaml

from afil_core.errors import AfilError
from afil_core.strict_yaml import Section, parse_mapping

T = TypeVar("T")


@dataclass(frozen=True)
class DataConfig:
    """What the policy sees and learns from.

    Attributes:
        image: Name of the image stream; empty for the contract's anchor.
        height: Image height at the network, pixels.
        width: Image width at the network, pixels.
        proprioception: Names of the other streams that the policy sees, in order; may be empty.
        successful_only: Whether failed episodes are left out.
        validation_fraction: Share of the episodes held out, in [0, 1).
        action_normalisation: ``mean_std`` or ``min_max`` (to [-1, 1]).
    """

    image: str = ""
    height: int = 96
    width: int = 128
    proprioception: tuple[str, ...] = ("ee_pose", "gripper_width")
    successful_only: bool = True
    validation_fraction: float = 0.1
    action_normalisation: str = "mean_std"


@dataclass(frozen=True)
class AugmentationConfig:
    """Random changes of training images; all zero means none.

    Attributes:
        shift: Largest shift in x and y, pixels at network resolution; maps move along.
        brightness: Largest offset added to all pixels, as a share of the full range.
        contrast: Largest relative change of the distance to the image's mean.
    """

    shift: int = 0
    brightness: float = 0.1
    contrast: float = 0.1


@dataclass(frozen=True)
class ModelConfig:
    """The network.

    Attributes:
        name: Name in the registry of models.
        layers: Convolutions as (channels, kernel size, stride), in order.
        norm: ``none`` or ``group`` (GroupNorm after every convolution but the last).
        head: ``spatial_softmax`` (expected position of each channel) or ``flatten``.
        softmax_temperature: Temperature of the spatial softmax.
        hidden: Widths of the hidden layers of the action MLP.
    """

    name: str = "small_cnn"
    layers: tuple[tuple[int, int, int], ...] = ((32, 8, 4), (32, 3, 1), (32, 3, 1), (32, 3, 1))
    norm: str = "none"
    head: str = "spatial_softmax"
    softmax_temperature: float = 1.0
    hidden: tuple[int, ...] = (256, 256)


@dataclass(frozen=True)
class AutofocusConfig:
    """Weights of ``L = L_BC + weight * L_Reg`` (see ``afil_policy.methods.autofocus``).

    Attributes:
        weight: lambda; zero gives plain behaviour cloning.
        temperature: tau of the softmax over positions.
        resolution: Where the maps are compared: ``map`` (the target is averaged down to the
            feature map) or ``image`` (the prediction is upsampled bicubically).
        skip_empty: Whether frames without a key object are left out of L_Reg; the published
            code regularises them towards zero.
    """

    weight: float = 20.0
    temperature: float = 50.0
    resolution: str = "map"
    skip_empty: bool = True


@dataclass(frozen=True)
class OptimisationConfig:
    """How the weights are found.

    Attributes:
        epochs: Passes over the training episodes.
        batch_size: Samples per step.
        learning_rate: Peak learning rate of AdamW.
        weight_decay: AdamW's decoupled decay.
        schedule: ``cosine`` (to zero), ``step`` (half every ``step_epochs``) or ``constant``.
        step_epochs: Epochs between halvings of the ``step`` schedule.
        warmup_steps: Steps of linear warm-up.
        gradient_clip: Largest gradient norm; zero for none.
        ema: Decay of the averaged weights that are saved; zero for none.
    """

    epochs: int = 20
    batch_size: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 1e-4
    schedule: str = "cosine"
    step_epochs: int = 50
    warmup_steps: int = 50
    gradient_clip: float = 1.0
    ema: float = 0.0


@dataclass(frozen=True)
class TrainConfig:
    """Everything that decides the result of a training run, apart from the data.

    Attributes:
        method: Name in the registry of methods.
        seed: Seed of weights, order, augmentation and episode split.
        data: What the policy sees and learns from.
        augmentation: Random changes of training images.
        model: The network.
        autofocus: Settings of the method ``autofocus``.
        optimisation: How the weights are found.
    """

    method: str = "bc"
    seed: int = 0
    data: DataConfig = field(default_factory=DataConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    autofocus: AutofocusConfig = field(default_factory=AutofocusConfig)
    optimisation: OptimisationConfig = field(default_factory=OptimisationConfig)

    def to_yaml(self) -> str:
        """The configuration as YAML that :func:`parse_config` reads back."""
        return yaml.safe_dump(_plain(asdict(self)), sort_keys=False)


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "data.action_normalisation": ("mean_std", "min_max"),
    "model.norm": ("none", "group"),
    "model.head": ("spatial_softmax", "flatten"),
    "autofocus.resolution": ("map", "image"),
    "optimisation.schedule": ("cosine", "step", "constant"),
}
_POSITIVE = (
    "data.height",
    "data.width",
    "model.softmax_temperature",
    "autofocus.temperature",
    "optimisation.epochs",
    "optimisation.batch_size",
    "optimisation.learning_rate",
    "optimisation.step_epochs",
)
_BELOW_ONE = ("data.validation_fraction", "optimisation.ema")


def load_config(path: Path, overrides: Mapping[str, Any] | None = None) -> TrainConfig:
    """Read a configuration file; keys that it lacks keep their defaults.

    Args:
        path: YAML file.
        overrides: Values by dotted key, e.g. ``{"optimisation.epochs": 3}``.

    Raises:
        AfilError: When the file can't be read, or as :func:`parse_config`.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise AfilError(f"can't read the configuration {path}: {error.strerror}") from error
    return parse_config(text, str(path), overrides)


def parse_config(
    text: str, source: str, overrides: Mapping[str, Any] | None = None
) -> TrainConfig:
    """Parse a configuration; see :func:`load_config`.

    Raises:
        AfilError: Naming the file and the key when a key is unknown or a value is wrong.
    """
    section = parse_mapping(text if text.strip() else "{}", source)
    data = {key: section.take(key) for key in section.keys()}  # noqa: SIM118
    for dotted, value in (overrides or {}).items():
        _put(data, dotted, value, source)
    config = _read(Section(data, source, ""), TrainConfig)
    _check(config, source)
    return config


def _put(data: dict[str, Any], dotted: str, value: Any, source: str) -> None:
    *parents, last = dotted.split(".")
    for parent in parents:
        data = data.setdefault(parent, {})
        if not isinstance(data, dict):
            raise AfilError(f"{source}: {parent} is not a section, so {dotted} can't be set")
    data[last] = value


def _read(section: Section, kind: type[T]) -> T:
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for item in fields(kind):  # type: ignore[arg-type]
        if item.name not in section.keys():  # noqa: SIM118
            continue
        hint = hints[item.name]
        if is_dataclass(hint):
            values[item.name] = _read(section.section(item.name), hint)  # type: ignore[arg-type]
        else:
            values[item.name] = _value(section, item.name, section.take(item.name), hint)
    known = [item.name for item in fields(kind)]  # type: ignore[arg-type]
    unknown = [key for key in section.keys() if key not in known]  # noqa: SIM118
    if unknown:
        raise section.error(
            f"is not a known key; known here: {', '.join(known)}. Remove it", unknown[0]
        )
    return kind(**values)


def _value(section: Section, key: str, value: Any, hint: Any) -> Any:
    if get_origin(hint) is tuple:
        inner = get_args(hint)
        if not isinstance(value, list | tuple):
            raise section.error(f"must be a list, not {value!r}", key)
        if inner[-1] is Ellipsis:
            return tuple(_value(section, key, v, inner[0]) for v in value)
        if len(value) != len(inner):
            raise section.error(f"must hold lists of {len(inner)} numbers, not {value!r}", key)
        return tuple(_value(section, key, v, h) for v, h in zip(value, inner, strict=True))
    if hint is float and type(value) is int:
        value = float(value)
    if type(value) is not hint:
        raise section.error(f"must be of type {hint.__name__}, not {value!r}", key)
    if hint in (int, float) and not 0 <= value < float("inf"):
        raise section.error(f"must be a finite number of at least 0, not {value!r}", key)
    return value


def _check(config: TrainConfig, source: str) -> None:
    for dotted, choices in _CHOICES.items():
        if _get(config, dotted) not in choices:
            raise AfilError(
                f"{source}: {dotted} is '{_get(config, dotted)}', but must be one of "
                f"{', '.join(choices)}"
            )
    for dotted in _POSITIVE:
        if _get(config, dotted) <= 0:
            raise AfilError(f"{source}: {dotted} must be above 0, not {_get(config, dotted)}")
    for dotted in _BELOW_ONE:
        if _get(config, dotted) >= 1:
            raise AfilError(f"{source}: {dotted} must be below 1, not {_get(config, dotted)}")
    if not config.model.layers or any(v < 1 for layer in config.model.layers for v in layer):
        raise AfilError(
            f"{source}: model.layers must list convolutions as [channels, kernel, stride], "
            "all at least 1"
        )


def _get(config: TrainConfig, dotted: str) -> Any:
    value: Any = config
    for part in dotted.split("."):
        value = getattr(value, part)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, tuple | list) else value
