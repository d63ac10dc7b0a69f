"""Detectors of transformers with tiny random weights, saved as real ones are."""

import string
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import transformers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

# Where BERT has them, which Grounding DINO relies on.
BERT = {"[PAD]": 0, "[UNK]": 100, "[CLS]": 101, "[SEP]": 102, "[MASK]": 103, ".": 1012, "?": 1029}


def bert_tokenizer() -> transformers.PreTrainedTokenizerFast:
    """Letters as tokens, so that every word has several; special tokens where BERT has them."""
    letters = [f"{mark}{c}" for c in string.ascii_lowercase for mark in ("", "##")]
    vocab = {**BERT, **{token: 2000 + k for k, token in enumerate(letters)}}
    vocab |= {f"[unused{k}]": k for k in range(2000 + len(letters)) if k not in vocab.values()}
    made = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 101), ("[SEP]", 102)]
    )
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )


def clip_tokenizer() -> transformers.PreTrainedTokenizerFast:
    tokens = ["<pad>", "<start>", "<end>", " ", *string.ascii_lowercase]
    made = Tokenizer(models.WordLevel({t: k for k, t in enumerate(tokens)}, unk_token=" "))
    made.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    made.post_processor = processors.TemplateProcessing(
        single="<start> $A <end>", special_tokens=[("<start>", 1), ("<end>", 2)]
    )
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<start>", eos_token="<end>", pad_token="<pad>"
    )


def save_grounding(folder: Path, kind: str) -> Path:
    tokenizer = bert_tokenizer()
    text = transformers.BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=128, pad_token_id=0,
    )  # fmt: skip
    swin = transformers.SwinConfig(
        image_size=64, embed_dim=16, depths=[1, 1, 1, 1], num_heads=[1, 2, 4, 8], window_size=4,
        out_features=["stage2", "stage3", "stage4"],
    )  # fmt: skip
    config = getattr(transformers, f"{kind}Config")(
        backbone_config=swin, text_config=text, d_model=32, encoder_layers=1, decoder_layers=2,
        encoder_ffn_dim=32, decoder_ffn_dim=32, encoder_attention_heads=2,
        decoder_attention_heads=2, num_queries=8, num_feature_levels=4, max_text_len=64,
    )  # fmt: skip
    torch.manual_seed(0)
    getattr(transformers, f"{kind}ForObjectDetection")(config).save_pretrained(folder)
    images = transformers.GroundingDinoImageProcessor(
        size={"shortest_edge": 96, "longest_edge": 160}
    )
    processor = transformers.GroundingDinoProcessor(image_processor=images, tokenizer=tokenizer)
    processor.save_pretrained(folder)
    return folder


def save_owlv2(folder: Path) -> Path:
    tokenizer = clip_tokenizer()
    small = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1}
    config = transformers.Owlv2Config(
        text_config={
            **small, "num_attention_heads": 2, "vocab_size": len(tokenizer),
            "max_position_embeddings": 32, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2,
        },
        vision_config={**small, "num_attention_heads": 2, "image_size": 96, "patch_size": 16},
        projection_dim=32,
    )  # fmt: skip
    torch.manual_seed(0)
    model = transformers.Owlv2ForObjectDetection(config)
    with torch.no_grad():
        for weight in model.box_head.parameters():
            weight.mul_(0.01)  # else every box is at a corner of the image
    model.save_pretrained(folder)
    images = transformers.Owlv2ImageProcessor(size={"height": 96, "width": 96})
    processor = transformers.Owlv2Processor(image_processor=images, tokenizer=tokenizer)
    processor.save_pretrained(folder)
    return folder


SAVE: dict[str, Callable[[Path], Path]] = {
    "mm_grounding_dino": lambda folder: save_grounding(folder, "MMGroundingDino"),
    "grounding_dino": lambda folder: save_grounding(folder, "GroundingDino"),
    "owlv2": save_owlv2,
}


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory) -> Callable[[str], Path]:
    """The folder with a detector's tiny weights, by the name of the detector."""
    made: dict[str, Path] = {}

    def of(name: str) -> Path:
        if name not in made:
            made[name] = SAVE[name](tmp_path_factory.mktemp(name))
        return made[name]

    return of
