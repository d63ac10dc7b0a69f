"""Vision-language models: one question, some images, an answer by schema."""

from afil_core.registry import Registry
from afil_perception.vlm.vlm import Vlm

VLMS: Registry[Vlm] = Registry(
    "vlms",
    "VLM",
    {
        "hf": "afil_perception.vlm.huggingface:HuggingFaceVlm",
        "openai": "afil_perception.vlm.openai:OpenAiVlm",
    },
)

__all__ = ["VLMS", "Vlm"]
