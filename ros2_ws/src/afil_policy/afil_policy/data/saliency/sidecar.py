"""Maps as they lie beside an episode."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.saliency.topics import SALIENCY_FOLDER
from afil_core.schema import Schema
from afil_policy.data.saliency.base import MapStore, SaliencySource


class PerceivedMaps(SaliencySource):
    """What perception found.

    Args:
        config: Where the maps lie.
    """

    class Config(Schema):
        """Options.

        Attributes:
            folder: Folder of the sidecar in each episode.
        """

        folder: str = Field(SALIENCY_FOLDER, min_length=1)

    def __init__(self, config: Config) -> None:
        self._folder = config.folder

    @property
    def folder(self) -> str:
        """The folder of the configuration."""
        return self._folder

    def maps(self, store: MapStore, camera: str, steps: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The maps themselves."""
        return store.saliency(camera, steps)


class OracleMaps(PerceivedMaps):
    """What a simulator knows: a sidecar of the same form, made from the state of the world."""

    class Config(PerceivedMaps.Config):
        """Options.

        Attributes:
            folder: Folder of the sidecar in each episode.
        """

        folder: str = Field("saliency_oracle", min_length=1)
