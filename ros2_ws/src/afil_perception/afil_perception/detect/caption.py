"""Phrases as one line of tokens of which every token knows its phrase.

Grounding DINO reads all phrases in one line, and says for each box which tokens it goes with.
Decoding those tokens back to words merges neighbours and cuts words in parts ("vehiclecl",
"##walk"), so that one object gets many labels. Here the line is put together from the tokens of
each phrase, and a box goes with a phrase, whatever tokens say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from afil_core.errors import AfilError
from afil_perception.describe.describer import Phrase

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Caption:
    """Some phrases as tokens.

    Attributes:
        ids: The tokens: start, each phrase with a full stop after it, end.
        spans: For each of the phrases, the places of its tokens in the line.
        first: Place of the first of them among all phrases.
    """

    ids: tuple[int, ...]
    spans: tuple[range, ...]
    first: int

    def scores(
        self, probability: torch.Tensor, text_threshold: float
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The phrase of each box.

        Args:
            probability: [Q, L], how much each box goes with each token.
            text_threshold: Tokens below it do not count.

        Returns:
            [Q] the probability of the chosen phrase's best token, 0 where no token counts; int
            [Q] the phrase: that whose tokens go with the box best on average.
        """
        import torch

        support, best = [], []
        for span in self.spans:
            tokens = probability[:, span.start : span.stop]
            counted = torch.where(tokens >= text_threshold, tokens, 0.0)
            support.append(counted.mean(dim=1))
            best.append(counted.amax(dim=1))
        chosen = torch.stack(support, dim=1).argmax(dim=1)
        score = torch.stack(best, dim=1).gather(1, chosen[:, None])[:, 0]
        return score, chosen + self.first


def captions(phrases: Sequence[Phrase], tokenizer: Any, max_tokens: int) -> list[Caption]:
    """Lines that hold all phrases, as few as possible.

    Args:
        phrases: The phrases.
        tokenizer: Of transformers, with tokens for start and end.
        max_tokens: Most tokens of a line.

    Raises:
        AfilError: When a phrase alone is too long, or has no tokens.
    """
    (stop,) = tokenizer(".", add_special_tokens=False)["input_ids"]
    lines: list[Caption] = []
    ids: list[int] = [tokenizer.cls_token_id]
    spans: list[range] = []
    first = 0
    for index, phrase in enumerate(phrases):
        text = phrase.text.lower().replace(".", " ").replace("?", " ")
        tokens = tokenizer(text, add_special_tokens=False)["input_ids"]
        if not tokens or len(tokens) + 3 > max_tokens:
            raise AfilError(
                f"the phrase '{phrase.text}' has {len(tokens)} tokens, but a detector reads 1 to "
                f"{max_tokens - 3}; name the object in a few words"
            )
        if len(ids) + len(tokens) + 2 > max_tokens:
            lines.append(Caption((*ids, tokenizer.sep_token_id), tuple(spans), first))
            ids, spans, first = [tokenizer.cls_token_id], [], index
        spans.append(range(len(ids), len(ids) + len(tokens)))
        ids += [*tokens, stop]
    lines.append(Caption((*ids, tokenizer.sep_token_id), tuple(spans), first))
    return lines
