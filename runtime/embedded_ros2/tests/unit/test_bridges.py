"""What the embedded cv_bridge does beyond the conformance suite."""

import numpy as np
import pytest

from cv_bridge import CvBridge, CvBridgeError

BRIDGE = CvBridge()
IMAGE = np.random.default_rng(0).integers(0, 255, (4, 6, 3), dtype=np.uint8)


def test_without_conversion_the_memory_is_shared():
    message = BRIDGE.cv2_to_imgmsg(IMAGE, "rgb8")
    BRIDGE.imgmsg_to_cv2(message)[0, 0, 0] = 7
    assert message.data[0] == 7


def test_padded_rows_are_cut():
    message = BRIDGE.cv2_to_imgmsg(IMAGE, "rgb8")
    padded = np.zeros((4, 20), np.uint8)
    padded[:, :18] = IMAGE.reshape(4, 18)
    message.step, message.data = 20, padded.tobytes()
    assert (BRIDGE.imgmsg_to_cv2(message) == IMAGE).all()


def test_big_endian_images_are_read():
    image = np.arange(24, dtype=">u2").reshape(4, 6)
    message = BRIDGE.cv2_to_imgmsg(image, "mono16")
    assert message.is_bigendian and (BRIDGE.imgmsg_to_cv2(message) == image).all()


def test_too_few_bytes_are_refused():
    message = BRIDGE.cv2_to_imgmsg(IMAGE, "rgb8")
    message.data = message.data[:10]
    with pytest.raises(CvBridgeError, match="does not fit"):
        BRIDGE.imgmsg_to_cv2(message)
