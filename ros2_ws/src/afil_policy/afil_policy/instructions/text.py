"""A frozen language model that reads the instruction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from pydantic import Field
from torch import Tensor, nn

from afil_core.errors import AfilError
from afil_core.optional import optional
from afil_core.schema import Schema
from afil_policy.data.batch import Observation
from afil_policy.encoders.pretrained import restored_state
from afil_policy.instructions.base import InstructionEncoder, task_of

_WHO = "instruction 'text'"
_EMBEDDINGS = "embeddings"


class TextEncoder(InstructionEncoder):
    """The mean of a frozen text encoder's last tokens, and a learned linear layer.

    The demonstrations' instructions are read once, when training begins; what was read is part of
    the checkpoint. So a policy runs them without the language model, and needs it for words that
    no demonstration had.

    Args:
        config: Which model.
        tasks: The instructions of the demonstrations.

    Raises:
        AfilError: When a package, the weights or the instructions are missing.
    """

    class Config(Schema):
        """Options.

        Attributes:
            model: Folder of a text encoder of transformers, or its name on the Hugging Face hub;
                nothing is downloaded (``hf download NAME`` does).
            width: Length of the vector.
        """

        model: str = Field("sentence-transformers/all-MiniLM-L6-v2", min_length=1)
        width: int = Field(32, ge=1)

    embeddings: Tensor

    def __init__(self, config: Config, tasks: tuple[str, ...]) -> None:
        super().__init__()
        if not tasks:
            raise AfilError(f"{_WHO} needs demonstrations with an instruction")
        self.size = config.width
        self._config = config
        self._read: dict[str, Tensor] = {}
        state = restored_state()
        if state is None:
            embeddings = torch.stack([self._embedding(task) for task in tasks])
        else:
            embeddings = next(v for k, v in state.items() if k.split(".")[-1] == _EMBEDDINGS)
        self.register_buffer(_EMBEDDINGS, torch.empty_like(embeddings).copy_(embeddings))
        self.layer = nn.Linear(embeddings.shape[1], config.width)

    def forward(self, observation: Observation) -> Tensor:
        """Encode to float32 [B, width]."""
        task = task_of(observation)
        found = self.embeddings[task.clamp(min=0)]
        if not self.training and bool((task < 0).any()):
            new = [self._embedding(words) for words in observation.instructions]
            found = torch.where(task[:, None] < 0, torch.stack(new).to(found), found)
        return self.layer(found)  # type: ignore[no-any-return]

    @torch.no_grad()
    def _embedding(self, words: str) -> Tensor:
        if words not in self._read:
            tokenizer, model = _loaded(self._config.model)
            inputs = tokenizer(words, return_tensors="pt", truncation=True)
            self._read[words] = model(**inputs).last_hidden_state[0].mean(dim=0).float()
        return self._read[words]


def _loaded(name: str) -> tuple[Any, Any]:
    transformers = optional("transformers", _WHO)
    folder = Path(name).expanduser()
    place = str(folder.resolve()) if folder.is_dir() else name
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(place, local_files_only=True)
        model = transformers.AutoModel.from_pretrained(place, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        reason = str(error).strip().split("\n")[0]
        raise AfilError(
            f"the text encoder {name} is not on this machine ({reason}); fetch it with "
            f"`hf download {name}`, set instruction.model to a folder that holds it, or choose "
            "instruction: embedding"
        ) from error
    return tokenizer, model.eval()
