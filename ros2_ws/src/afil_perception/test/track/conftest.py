"""SAM 2 with tiny random weights, saved in both forms."""

from pathlib import Path

import pytest
import torch
import transformers
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
