"""Vision-language models: one question, some images, an answer by schema.

There are none here yet; a package adds its own through the entry point group ``afil.vlms``.
"""

from afil_core.registry import Registry
from afil_perception.vlm.vlm import Vlm

VLMS: Registry[Vlm] = Registry("vlms", "VLM", {})

__all__ = ["VLMS", "Vlm"]
