import dataclasses

import numpy as np
import pytest

from afil_core import messages
from afil_core.codecs import encode_image
from afil_core.errors import AfilError
from afil_core.saliency import KeyObject, Rle
from afil_core.saliency.encoding import (
    decode_key_objects,
    decode_map,
    decode_masks,
    encode_key_objects,
    encode_map,
    encode_masks,
    with_masks,
)
from afil_core.saliency.topics import KEY_OBJECTS_TYPE, MASKS_TYPE, SALIENCY_TYPE

CUP = KeyObject(3, "cup", 0.5, (10.0, 20.0, 30.0, 60.0))


def test_key_objects_survive_the_message() -> None:
    objects = [KeyObject(7, "red block", 0.75, (1.0, 2.0, 5.0, 10.0)), CUP]
    stamp_ns, back = decode_key_objects(encode_key_objects(objects, 5_000_000_012, "camera"))
    assert (stamp_ns, back) == (5_000_000_012, objects)


def test_key_objects_are_plain_vision_msgs() -> None:
    message = messages.deserialize(encode_key_objects([CUP], 9, "camera"), KEY_OBJECTS_TYPE)
    detection = message.detections[0]
    center = detection.bbox.center.position
    assert (center.x, center.y, detection.bbox.size_x, detection.bbox.size_y) == (20, 40, 20, 40)
    assert detection.results[0].hypothesis.class_id == "cup"
    assert detection.id == "3"
    assert message.header.frame_id == "camera"


def test_detections_of_others_are_refused() -> None:
    message = messages.deserialize(encode_key_objects([CUP], 9, "camera"), KEY_OBJECTS_TYPE)
    message.detections[0].id = "cup 3"
    with pytest.raises(AfilError, match="were not written by afil_perception"):
        decode_key_objects(messages.serialize(message))


MASK = Rle.of(np.eye(4, 6, dtype=bool))


def test_masks_travel_beside_their_key_objects() -> None:
    seen = [dataclasses.replace(CUP, mask=MASK), dataclasses.replace(CUP, id=4)]
    stamp_ns, masks = decode_masks(encode_masks(seen, 5_000_000_012, "camera"))
    assert (stamp_ns, masks) == (5_000_000_012, {3: MASK})
    _, without = decode_key_objects(encode_key_objects(seen, 5_000_000_012, "camera"))
    assert with_masks(without, masks) == seen


def test_a_mask_whose_runs_do_not_fit_is_refused() -> None:
    message = messages.deserialize(
        encode_masks([dataclasses.replace(CUP, mask=MASK)], 1, "camera"), MASKS_TYPE
    )
    message.masks[0].width = 7
    with pytest.raises(AfilError, match="a mask of 7x4 pixels has runs of 24"):
        decode_masks(messages.serialize(message))


def test_a_map_is_a_mono_image_with_the_stamp_of_its_image() -> None:
    values = np.arange(12, dtype=np.uint8).reshape(3, 4)
    cdr = encode_map(values, 7_000_000_001, "camera")
    stamp_ns, back = decode_map(cdr)
    assert stamp_ns == 7_000_000_001
    np.testing.assert_array_equal(back, values)
    message = messages.deserialize(cdr, SALIENCY_TYPE)
    assert (message.encoding, message.header.frame_id) == ("mono8", "camera")


def test_rows_may_be_padded() -> None:
    message = messages.deserialize(encode_map(np.ones((2, 3), np.uint8), 1, "c"), SALIENCY_TYPE)
    message.step, message.data = 4, np.array([1, 1, 1, 9, 1, 1, 1, 9], np.uint8)
    np.testing.assert_array_equal(decode_map(messages.serialize(message))[1], np.ones((2, 3)))


def test_a_map_that_is_no_mono_image_is_refused() -> None:
    with pytest.raises(AfilError, match="a saliency map is mono8, not 'rgb8'"):
        decode_map(encode_image(np.zeros((2, 2, 3), np.uint8), 1, "camera"))


def test_a_map_whose_data_do_not_fit_is_refused() -> None:
    message = messages.deserialize(encode_map(np.ones((2, 3), np.uint8), 1, "c"), SALIENCY_TYPE)
    message.data = message.data[:5]
    with pytest.raises(AfilError, match="cannot have 5 bytes"):
        decode_map(messages.serialize(message))
