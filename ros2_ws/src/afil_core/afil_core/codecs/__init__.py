"""CDR bytes to numpy values and back; the same functions live and offline."""

from afil_core.codecs.decode import (
    decode,
    decode_clock,
    decode_float_array,
    decode_pose,
    decode_string,
)
from afil_core.codecs.encode import (
    encode_clock,
    encode_float_array,
    encode_image,
    encode_joint_state,
    encode_mono_image,
    encode_pose,
    encode_string,
)
from afil_core.codecs.image import decode_image, image_message
from afil_core.topic_kind import Decoded

__all__ = [
    "Decoded",
    "decode",
    "decode_clock",
    "decode_float_array",
    "decode_image",
    "decode_pose",
    "decode_string",
    "encode_clock",
    "encode_float_array",
    "encode_image",
    "encode_joint_state",
    "encode_mono_image",
    "encode_pose",
    "encode_string",
    "image_message",
]
