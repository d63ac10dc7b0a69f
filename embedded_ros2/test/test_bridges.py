"""cv_bridge and diagnostic_updater."""

import os

import numpy as np
import pytest

os.environ.setdefault("ROS_DOMAIN_ID", str(110 + os.getpid() % 50))

import diagnostic_updater
import rclpy
from cv_bridge import CvBridge, CvBridgeError
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from sensor_msgs.msg import CompressedImage

BRIDGE = CvBridge()
IMAGE = np.random.default_rng(0).integers(0, 255, (4, 6, 3), dtype=np.uint8)


def test_an_image_survives():
    message = BRIDGE.cv2_to_imgmsg(IMAGE, "rgb8")
    assert (message.height, message.width, message.step) == (4, 6, 18)
    assert (BRIDGE.imgmsg_to_cv2(message) == IMAGE).all()


def test_without_conversion_the_memory_is_shared():
    message = BRIDGE.cv2_to_imgmsg(IMAGE, "rgb8")
    BRIDGE.imgmsg_to_cv2(message)[0, 0, 0] = 7
    assert message.data[0] == 7


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


def test_a_wrong_encoding_is_refused():
    with pytest.raises(CvBridgeError, match="incompatible"):
        BRIDGE.cv2_to_imgmsg(IMAGE, "mono8")
    with pytest.raises(CvBridgeError, match="Unrecognized"):
        BRIDGE.cv2_to_imgmsg(IMAGE, "rainbow8")


def test_too_few_bytes_are_refused():
    message = BRIDGE.cv2_to_imgmsg(IMAGE, "rgb8")
    message.data = message.data[:10]
    with pytest.raises(CvBridgeError, match="does not fit"):
        BRIDGE.imgmsg_to_cv2(message)


def test_png_is_lossless():
    message = BRIDGE.cv2_to_compressed_imgmsg(IMAGE, "png")
    assert (BRIDGE.compressed_imgmsg_to_cv2(message) == IMAGE).all()
    with pytest.raises(CvBridgeError):
        BRIDGE.compressed_imgmsg_to_cv2(CompressedImage(format="png", data=b"no image"))


@pytest.fixture(scope="module")
def node():
    rclpy.init(args=[])
    node = rclpy.create_node("healthy")
    yield node
    node.destroy_node()
    rclpy.shutdown()


def test_diagnostics_are_published(node):
    got = []
    node.create_subscription(DiagnosticArray, "/diagnostics", got.append, 10)
    updater = diagnostic_updater.Updater(node, period=0.05)
    updater.setHardwareID("none")

    def task(status):
        status.summary(DiagnosticStatus.WARN, "warm")
        status.add("temperature", 80)
        return status

    updater.add("heat", task)
    for _ in range(100):
        rclpy.spin_once(node, timeout_sec=0.1)
        found = [s for m in got for s in m.status if s.message == "warm"]
        if found:
            break
    assert found[0].name == "healthy: heat" and found[0].hardware_id == "none"
    assert found[0].values[0].value == "80"


def test_the_worse_level_wins():
    status = diagnostic_updater.DiagnosticStatusWrapper()
    status.summary(DiagnosticStatus.WARN, "warm")
    status.mergeSummary(DiagnosticStatus.ERROR, "burning")
    status.mergeSummary(DiagnosticStatus.OK, "fine")
    assert status.level == DiagnosticStatus.ERROR and status.message == "warm; burning"


def test_a_missing_frequency_is_an_error():
    bounds = diagnostic_updater.FrequencyStatusParam({"min": 1.0, "max": 2.0})
    status = diagnostic_updater.FrequencyStatus(bounds).run(
        diagnostic_updater.DiagnosticStatusWrapper()
    )
    assert status.level == DiagnosticStatus.ERROR
