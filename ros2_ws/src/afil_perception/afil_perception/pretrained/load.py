"""Loading a model of transformers from this machine: a folder, or what the hub's client fetched.

Nothing is downloaded here: a dataset must not start to fetch gigabytes in its tenth minute, and
weights come with licences that a person chooses.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_perception.pretrained.local import local_weights

if TYPE_CHECKING:
    import torch

_log = logging.getLogger(__name__)

INSTALL = "pip install -r requirements-models.txt"
# Options of a model that its results do not follow from.
INCIDENTAL = frozenset({"device"})
_NO_TRANSFORMERS = f"this backend needs transformers, which is not installed; `{INSTALL}`"


class UnusableModelError(AfilError):
    """A model is missing or does not fit: every episode would fail for it, so the run ends."""


class ModelConfig(Schema):
    """Options of every backend with trained weights.

    Attributes:
        model: Folder with the weights, or their name on the Hugging Face hub.
        device: ``auto`` (a GPU where there is one), ``cpu``, ``cuda``, ``cuda:1``.
        dtype: Of the weights; ``auto`` is bfloat16 on a GPU and float32 on a CPU.
    """

    model: str = Field(min_length=1)
    device: str = Field("auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"


@dataclass(frozen=True)
class LoadedModel:
    """A model with what prepares its input.

    Attributes:
        model: Ready for inference, on its device.
        processor: Prepares images and texts; None where there is none.
        device: Where the model is.
        dtype: Of its weights.
    """

    model: Any
    processor: Any
    device: torch.device
    dtype: torch.dtype


def load_pretrained(
    config: ModelConfig, model_class: str, processor_class: str = ""
) -> LoadedModel:
    """Load a model, and its processor, of transformers.

    Args:
        config: Which, and where to.
        model_class: Name of its class in transformers.
        processor_class: Name of its processor's class; empty for none.

    Raises:
        UnusableModelError: When transformers or the weights are not there, are damaged, or do
            not fit the class or the device.
    """
    transformers = import_transformers()
    device = device_of(config)
    dtype = dtype_of(config, device)
    place = weights_place(config.model, model_class)
    try:
        model = getattr(transformers, model_class).from_pretrained(
            place, local_files_only=True, dtype=dtype
        )
        processor = (
            getattr(transformers, processor_class).from_pretrained(place, local_files_only=True)
            if processor_class
            else None
        )
        model = model.eval().to(device)
    except Exception as error:
        # Damaged files raise whatever the library that reads them has.
        raise UnusableModelError(_sentence(config.model, model_class, error)) from error
    _log.info("%s: %s on %s (%s)", model_class, config.model, device, str(dtype)[6:])
    return LoadedModel(model, processor, device, dtype)


def require_pretrained(config: ModelConfig, model_class: str) -> None:
    """Check that transformers and a model's weights are there; nothing is imported or loaded.

    Raises:
        UnusableModelError: Says what is missing, and the command that fetches it.
    """
    if find_spec("transformers") is None:
        raise UnusableModelError(_NO_TRANSFORMERS)
    weights_place(config.model, model_class)


def import_transformers() -> Any:
    """The package transformers.

    Raises:
        UnusableModelError: When it is not installed.
    """
    try:
        import transformers
    except ImportError as error:
        raise UnusableModelError(_NO_TRANSFORMERS) from error
    return transformers


def is_out_of_memory(error: Exception) -> bool:
    """Whether a device had too little memory; torch is not imported to tell."""
    return isinstance(error, RuntimeError) and type(error).__name__ == "OutOfMemoryError"


def device_of(config: ModelConfig) -> torch.device:
    """The device that a configuration means.

    Raises:
        UnusableModelError: When it is not there.
    """
    import torch

    if config.device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device = torch.device(config.device)
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise UnusableModelError(
            f"device is {config.device}, but this machine has {torch.cuda.device_count()} CUDA "
            f"devices; set device to cpu or auto"
        )
    return device


def dtype_of(config: ModelConfig, device: torch.device) -> torch.dtype:
    """The number format that a configuration means."""
    import torch

    if config.dtype == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    chosen: torch.dtype = getattr(torch, config.dtype)
    return chosen


def weights_place(model: str, model_class: str) -> str:
    """The folder in which weights lie. By a name, transformers would ask the hub about them.

    Raises:
        UnusableModelError: When they are not on this machine.
    """
    folder = Path(model).expanduser()
    found = folder if folder.is_dir() else local_weights(model)
    if found is None:
        raise UnusableModelError(
            _sentence(model, model_class, FileNotFoundError("not fetched, or in part"))
        )
    return str(found.resolve())


def _sentence(model: str, model_class: str, error: Exception) -> str:
    reason = str(error).strip().split("\n")[0]
    if isinstance(error, ImportError):
        return f"{model} needs a package that is not installed ({reason})"
    if is_out_of_memory(error):
        return f"{model} needs more memory than its device has; choose smaller weights, or cpu"
    if Path(model).expanduser().is_dir():
        return f"folder {model} holds no weights of {model_class} ({reason})"
    if model.startswith((".", "/", "~")):
        return f"model {model} is no folder; give one with weights, or a name on the hub"
    if not isinstance(error, FileNotFoundError):
        return (
            f"the weights {model} cannot be loaded as {model_class} ({reason}); delete and fetch "
            f"them anew (`hf download {model}`), or choose others"
        )
    return (
        f"the weights {model} are not on this machine ({reason}); fetch them with "
        f"`hf download {model}`, or set model to a folder that holds them"
    )
