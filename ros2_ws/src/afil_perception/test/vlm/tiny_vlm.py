"""VLMs in small, built here: real classes, random weights, nothing downloaded."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

_VISION = [
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
]
_SMOL = ["<image>", "<fake_token_around_image>", "<global-img>", "<row_1_col_1>"]
_SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *_VISION, *_SMOL]
_VISION_MODEL = {"hidden_size": 32, "intermediate_size": 64}
# What stands for an image before the processor puts in as many tokens as it has.
_IMAGE = "<|vision_start|><|image_pad|><|vision_end|>"
_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}"
    + _IMAGE
    + "{% else %}{{ c['text'] }}{% endif %}{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def _tokenizer(sentence: str) -> Any:
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=_SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    # The quotes become parts of longer tokens, so that none stands twice.
    bpe.train_from_iterator([sentence] * 9, trainer)
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=[*_VISION, *_SMOL],
    )
    fast.chat_template = _TEMPLATE
    return fast


def build(kind: str, folder: Path, sentence: str = "") -> Path:
    """Save a checkpoint of ``qwen2_5``, ``qwen3`` or ``smol``.

    With a sentence, the model writes it whatever it is shown: a row of the output layer follows
    from the last token alone, and each token of the sentence stands once in it.
    """
    tokenizer = _tokenizer(sentence)
    if kind == "smol":
        return _build_smol(tokenizer, folder, sentence)
    number = tokenizer.convert_tokens_to_ids
    common = {
        "image_token_id": number("<|image_pad|>"),
        "video_token_id": number("<|video_pad|>"),
        "vision_start_token_id": number("<|vision_start|>"),
        "vision_end_token_id": number("<|vision_end|>"),
        "tie_word_embeddings": False,
    }
    is_old = kind == "qwen2_5"
    text = _language(tokenizer, sentence) | {
        "tie_word_embeddings": False,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 1e4,
            "mrope_section": [1, 1, 2],
            **({} if is_old else {"mrope_interleaved": True}),
        },
    }
    vision = {
        **_VISION_MODEL,
        "depth": 1,
        "num_heads": 2,
        "out_hidden_size": text["hidden_size"],
        "patch_size": 14 if is_old else 16,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
    }
    if is_old:
        del text["head_dim"]
        vision |= {"window_size": 56, "fullatt_block_indexes": [0]}
        config = transformers.Qwen2_5_VLConfig(text_config=text, vision_config=vision, **common)
        model: Any = transformers.Qwen2_5_VLForConditionalGeneration(config)
        processor_class, video = (
            transformers.Qwen2_5_VLProcessor,
            transformers.Qwen2VLVideoProcessor,
        )
    else:
        vision |= {"num_position_embeddings": 64, "deepstack_visual_indexes": [0]}
        config = transformers.Qwen3VLConfig(text_config=text, vision_config=vision, **common)
        model = transformers.Qwen3VLForConditionalGeneration(config)
        processor_class, video = transformers.Qwen3VLProcessor, transformers.Qwen3VLVideoProcessor
    if sentence:
        _teach(model, model.model.language_model, tokenizer, sentence)
    model.save_pretrained(folder)
    images = transformers.Qwen2VLImageProcessor(
        patch_size=vision["patch_size"], merge_size=2, min_pixels=28 * 28, max_pixels=64 * 28 * 28
    )
    processor_class(
        image_processor=images,
        tokenizer=tokenizer,
        video_processor=video(),
        chat_template=_TEMPLATE,
    ).save_pretrained(folder)
    return folder


def _build_smol(tokenizer: Any, folder: Path, sentence: str) -> Path:
    """SmolVLM: images of 32 pixels, of which 4 tokens are left."""
    vision = {
        **_VISION_MODEL,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "image_size": 32,
        "patch_size": 8,
    }
    config = transformers.SmolVLMConfig(
        vision_config=vision,
        text_config=_language(tokenizer, sentence) | {"model_type": "llama"},
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        scale_factor=2,
        tie_word_embeddings=False,
    )
    model: Any = transformers.SmolVLMForConditionalGeneration(config)
    if sentence:
        _teach(model, model.model.text_model, tokenizer, sentence)
    model.save_pretrained(folder)
    images = transformers.SmolVLMImageProcessor(
        size={"longest_edge": 32}, max_image_size={"longest_edge": 32}, do_image_splitting=False
    )
    transformers.SmolVLMProcessor(
        image_processor=images,
        tokenizer=tokenizer,
        video_processor=transformers.SmolVLMVideoProcessor(
            size={"longest_edge": 32}, max_image_size={"longest_edge": 32},
            video_sampling={"fps": 1, "max_frames": 4, "video_size": {"longest_edge": 32}},
        ),
        image_seq_len=4,
        chat_template=_TEMPLATE.replace(_IMAGE, "<image>"),
    ).save_pretrained(folder)  # fmt: skip
    return folder


def _language(tokenizer: Any, sentence: str) -> dict[str, Any]:
    """What the language models' configurations have in common."""
    # One-hot embeddings need a number for each token.
    width = 8 * -(-len(tokenizer) // 8) if sentence else 32
    return {
        "vocab_size": len(tokenizer),
        "hidden_size": width,
        "intermediate_size": 64,
        "num_hidden_layers": 1,
        "num_attention_heads": width // 8,
        "num_key_value_heads": 1,
        "head_dim": 8,
        "max_position_embeddings": 4096,
        "bos_token_id": 0,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }


def _teach(model: Any, language: Any, tokenizer: Any, sentence: str) -> None:
    """Each token's successor by heart: one-hot embeddings, silent layers, a table at the end."""
    ids = tokenizer(sentence)["input_ids"]
    start = tokenizer("assistant\n")["input_ids"][-1]
    chain = [start, *ids, tokenizer.eos_token_id]
    assert len(set(chain)) == len(chain), "a token stands twice in the sentence"
    with torch.no_grad():
        language.embed_tokens.weight.copy_(torch.eye(*language.embed_tokens.weight.shape))
        for layer in language.layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
        model.lm_head.weight.zero_()
        for before, after in pairwise(chain):
            model.lm_head.weight[after, before] = 10.0
