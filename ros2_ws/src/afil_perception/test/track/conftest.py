"""SAM 2 with tiny random weights, saved in both forms, and SAM 3."""

import string
from pathlib import Path

import pytest
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers.models.sam2_video.configuration_sam2_video import (
    Sam2VideoMaskDecoderConfig,
    Sam2VideoPromptEncoderConfig,
)

SIDE = 128


def sam2_vision(width: int) -> transformers.Sam2VisionConfig:
    grid = SIDE // 4
    trunk = transformers.Sam2HieraDetConfig(
        hidden_size=16, num_attention_heads=1, image_size=[SIDE, SIDE],
        window_positional_embedding_background_size=[2, 2], blocks_per_stage=[1, 1, 2, 1],
        embed_dim_per_stage=[16, 32, 64, 128], num_attention_heads_per_stage=[1, 2, 4, 8],
        window_size_per_stage=[4, 2, 4, 2], global_attention_blocks=[3],
    )  # fmt: skip
    return transformers.Sam2VisionConfig(
        backbone_config=trunk, backbone_channel_list=[128, 64, 32, 16],
        backbone_feature_sizes=[[grid, grid], [grid // 2, grid // 2], [grid // 4, grid // 4]],
        fpn_hidden_size=width,
    )  # fmt: skip


def save_sam2(folder: Path) -> Path:
    width = 128
    config = transformers.Sam2VideoConfig(
        vision_config=sam2_vision(width),
        prompt_encoder_config=Sam2VideoPromptEncoderConfig(
            hidden_size=width, image_size=SIDE, patch_size=16
        ),
        mask_decoder_config=Sam2VideoMaskDecoderConfig(
            hidden_size=width, mlp_dim=64, num_hidden_layers=1, num_attention_heads=2,
            iou_head_hidden_dim=32,
        ),
        image_size=SIDE, memory_attention_hidden_size=width, memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=64,
        memory_attention_rope_feat_sizes=[SIDE // 16, SIDE // 16],
        memory_encoder_hidden_size=width, memory_encoder_output_channels=64,
        mask_downsampler_embed_dim=width, memory_fuser_embed_dim=width,
        memory_fuser_intermediate_dim=64, memory_fuser_num_layers=1,
    )  # fmt: skip
    torch.manual_seed(0)
    transformers.Sam2VideoModel(config).save_pretrained(folder)
    side = {"height": SIDE, "width": SIDE}
    grid = {"height": SIDE // 4, "width": SIDE // 4}
    transformers.Sam2VideoProcessor(
        image_processor=transformers.Sam2ImageProcessor(size=side, mask_size=grid),
        video_processor=transformers.Sam2VideoVideoProcessor(size=side),
        target_size=SIDE,
    ).save_pretrained(folder)
    return folder


PACKAGE_OVERRIDES = [
    f"++model.image_size={SIDE}",
    f"++model.memory_attention.layer.self_attention.feat_sizes=[{SIDE // 16},{SIDE // 16}]",
    f"++model.memory_attention.layer.cross_attention.feat_sizes=[{SIDE // 16},{SIDE // 16}]",
    "++model.memory_attention.num_layers=1",
    "++model.memory_attention.layer.dim_feedforward=64",
    "++model.image_encoder.trunk.embed_dim=16",
    "++model.image_encoder.trunk.stages=[1,1,2,1]",
    "++model.image_encoder.trunk.global_att_blocks=[3]",
    "++model.image_encoder.neck.backbone_channel_list=[128,64,32,16]",
    "++model.fill_hole_area=0",
]


def save_sam2_package(file: Path) -> Path:
    from sam2.build_sam import build_sam2_video_predictor

    torch.manual_seed(0)
    predictor = build_sam2_video_predictor(
        "configs/sam2.1/sam2.1_hiera_t.yaml",
        None,
        device="cpu",
        hydra_overrides_extra=PACKAGE_OVERRIDES,
    )
    torch.save({"model": predictor.state_dict()}, file)
    return file


@pytest.fixture(scope="session")
def sam2_options(tmp_path_factory) -> dict[str, dict[str, object]]:
    """Options with tiny weights, by the name of the tracker."""
    folder = tmp_path_factory.mktemp("sam2")
    return {
        "sam2": {"model": str(save_sam2(folder / "transformers"))},
        "sam2_package": {
            "model": str(save_sam2_package(folder / "tiny.pt")),
            "overrides": PACKAGE_OVERRIDES,
        },
    }


def letter_tokenizer() -> transformers.PreTrainedTokenizerFast:
    tokens = ["<pad>", "<start>", "<end>", " ", *string.ascii_lowercase]
    made = Tokenizer(models.WordLevel({t: k for k, t in enumerate(tokens)}, unk_token=" "))
    made.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    made.post_processor = processors.TemplateProcessing(
        single="<start> $A <end>", special_tokens=[("<start>", 1), ("<end>", 2)]
    )
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<start>", eos_token="<end>", pad_token="<pad>"
    )


SIDE3 = 112


def save_sam3(folder: Path) -> Path:
    width, grid = 128, SIDE3 // 14
    vision = {
        "model_type": "sam3_vision_model",
        "backbone_config": {
            "model_type": "sam3_vit_model", "hidden_size": 32, "intermediate_size": 32,
            "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": SIDE3,
            "patch_size": 14, "window_size": 4, "global_attn_indexes": [1],
            "pretrain_image_size": SIDE3,
        },
        "fpn_hidden_size": width,
        "backbone_feature_sizes": [[grid * 4, grid * 4], [grid * 2, grid * 2], [grid, grid]],
    }  # fmt: skip
    text = {
        "model_type": "clip_text_model", "vocab_size": 32, "hidden_size": 32,
        "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
        "max_position_embeddings": 32, "projection_dim": 32, "pad_token_id": 0,
        "bos_token_id": 1, "eos_token_id": 2,
    }  # fmt: skip
    small = {"hidden_size": width, "num_attention_heads": 2, "intermediate_size": 32}
    detector = transformers.Sam3Config(
        vision_config=vision, text_config=text,
        geometry_encoder_config={"num_layers": 1, **small},
        detr_encoder_config={"num_layers": 1, **small},
        detr_decoder_config={"num_layers": 1, "num_queries": 4, **small},
        mask_decoder_config={"hidden_size": width, "num_attention_heads": 2},
    )  # fmt: skip
    tracker = transformers.Sam3TrackerVideoConfig(
        vision_config=vision,
        prompt_encoder_config={"hidden_size": width, "image_size": SIDE3, "patch_size": 14},
        mask_decoder_config={
            "hidden_size": width, "mlp_dim": 32, "num_hidden_layers": 1,
            "num_attention_heads": 2, "iou_head_hidden_dim": 32,
        },
        image_size=SIDE3, memory_attention_hidden_size=width, memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=32,
        memory_attention_rope_feat_sizes=[grid, grid], memory_encoder_hidden_size=width,
        mask_downsampler_embed_dim=width, memory_fuser_embed_dim=width,
        memory_fuser_intermediate_dim=32, memory_fuser_num_layers=1,
    )  # fmt: skip
    config = transformers.Sam3VideoConfig(
        detector_config=detector, tracker_config=tracker, low_res_mask_size=4 * grid
    )
    torch.manual_seed(0)
    transformers.Sam3VideoModel(config).save_pretrained(folder)
    side = {"height": SIDE3, "width": SIDE3}
    transformers.Sam3VideoProcessor(
        image_processor=transformers.Sam3ImageProcessor(
            size=side, mask_size={"height": 4 * grid, "width": 4 * grid}
        ),
        video_processor=transformers.Sam2VideoVideoProcessor(size=side),
        tokenizer=letter_tokenizer(),
    ).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def sam3_folder(tmp_path_factory) -> Path:
    """A folder with tiny weights of SAM 3."""
    return save_sam3(tmp_path_factory.mktemp("sam3"))
