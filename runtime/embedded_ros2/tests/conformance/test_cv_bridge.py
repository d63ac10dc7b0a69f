"""cv_bridge: images to arrays and back."""

import numpy as np
import pytest

# A cv_bridge that was compiled for another numpy fails while it is imported.
pytest.importorskip("cv_bridge", reason="cv_bridge is not usable here", exc_type=ImportError)
from sensor_msgs.msg import CompressedImage  # noqa: E402

from cv_bridge import CvBridge, CvBridgeError  # noqa: E402

BRIDGE = CvBridge()
IMAGE = np.random.default_rng(0).integers(0, 255, (4, 6, 3), dtype=np.uint8)


def test_an_image_survives():
    message = BRIDGE.cv2_to_imgmsg(IMAGE, "rgb8")
    assert (message.height, message.width, message.step) == (4, 6, 18)
    assert (BRIDGE.imgmsg_to_cv2(message) == IMAGE).all()


def test_channels_are_swapped():
    message = BRIDGE.cv2_to_imgmsg(IMAGE, "rgb8")
    assert (BRIDGE.imgmsg_to_cv2(message, "bgr8") == IMAGE[..., ::-1]).all()


@pytest.mark.parametrize(
    ("dtype", "encoding"), [(np.uint16, "mono16"), (np.float32, "32FC1"), (np.uint8, "mono8")]
)
def test_single_channels_survive(dtype, encoding):
    image = (IMAGE[..., 0] * 3).astype(dtype)
    message = BRIDGE.cv2_to_imgmsg(image, encoding)
    assert message.encoding == encoding and (BRIDGE.imgmsg_to_cv2(message) == image).all()


def test_bgra_becomes_rgb():
    bgra = np.dstack([IMAGE, np.full((4, 6), 255, np.uint8)])
    message = BRIDGE.cv2_to_imgmsg(bgra, "bgra8")
    assert (BRIDGE.imgmsg_to_cv2(message, "rgb8") == IMAGE[..., ::-1]).all()


def test_a_wrong_encoding_is_refused():
    with pytest.raises(CvBridgeError):
        BRIDGE.cv2_to_imgmsg(IMAGE, "mono8")
    with pytest.raises(CvBridgeError):
        BRIDGE.cv2_to_imgmsg(IMAGE, "rainbow8")


def test_png_is_lossless():
    message = BRIDGE.cv2_to_compressed_imgmsg(IMAGE, "png")
    assert (BRIDGE.compressed_imgmsg_to_cv2(message) == IMAGE).all()


def test_compressed_data_that_are_no_image_give_none():
    # cv_bridge hands on what OpenCV's decoder returns.
    message = CompressedImage(format="png", data=b"no image")
    assert BRIDGE.compressed_imgmsg_to_cv2(message) is None
