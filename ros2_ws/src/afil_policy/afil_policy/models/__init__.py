"""Networks by name."""

from __future__ import annotations

from afil_core.errors import AfilError
from afil_policy.config import ModelConfig
from afil_policy.models.small_cnn import SmallCnn

_MODELS = {"small_cnn": SmallCnn}


def build_model(
    config: ModelConfig, image_size: tuple[int, int], proprioception_dim: int, action_dim: int
) -> SmallCnn:
    """The network that a configuration names, with fresh weights from torch's generator.

    Args:
        config: The configuration's model section.
        image_size: Height and width of the images, pixels.
        proprioception_dim: Length of the encoded proprioception; may be 0.
        action_dim: Number of action dimensions.

    Raises:
        AfilError: When no model has that name, listing the known ones.
    """
    if config.name not in _MODELS:
        known = ", ".join(sorted(_MODELS))
        raise AfilError(f"there is no model '{config.name}' (model.name); known models: {known}")
    return _MODELS[config.name](config, image_size, proprioception_dim, action_dim)


__all__ = ["SmallCnn", "build_model"]
