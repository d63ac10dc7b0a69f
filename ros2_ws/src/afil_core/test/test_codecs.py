"""Codecs give what messages hold, and refuse payloads that would give something else."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import cv2
import numpy as np
import pytest
from rosbags.typesys import get_typestore

from afil_core import codecs, messages
from afil_core.codecs.encodings import ENCODINGS
from afil_core.codecs.image import compressed_message
from afil_core.errors import AfilError

STAMP = 12_345_678_901
# Even sizes, and smooth: chroma is shared between pixels, and mosaics are interpolated.
H, W = 48, 64


def gradient() -> np.ndarray:
    rows, columns = np.mgrid[0:H, 0:W]
    return np.stack([2 * rows + 60, 2 * columns + 60, rows + columns + 60], -1).astype(np.uint8)


def raw(encoding: str, pixels: np.ndarray, *, big=False, pad=0):
    rows = np.ascontiguousarray(pixels).reshape(pixels.shape[0], -1).view(np.uint8)
    rows = np.pad(rows, ((0, 0), (0, pad)))
    return messages.new(
        "sensor_msgs/msg/Image",
        height=H,
        width=W,
        encoding=encoding,
        is_bigendian=int(big),
        step=rows.shape[1],
        data=rows.reshape(-1),
    )


def yuv(code) -> np.ndarray:
    return cv2.cvtColor(gradient(), code)


def uyvy(order: str) -> np.ndarray:
    i420 = yuv(cv2.COLOR_RGB2YUV_I420)
    u = i420[H : H + H // 4].reshape(H // 2, W // 2).repeat(2, axis=0)
    v = i420[H + H // 4 :].reshape(H // 2, W // 2).repeat(2, axis=0)
    out = np.empty((H, W, 2), np.uint8)
    luma, chroma = (1, 0) if order == "uyvy" else (0, 1)
    out[..., luma] = i420[:H]
    out[:, 0::2, chroma], out[:, 1::2, chroma] = u, v
    return out


def nv(order: str) -> np.ndarray:
    i420 = yuv(cv2.COLOR_RGB2YUV_I420)
    u = i420[H : H + H // 4].reshape(-1)
    v = i420[H + H // 4 :].reshape(-1)
    first, second = (u, v) if order == "nv12" else (v, u)
    chroma = np.stack([first, second], -1).reshape(H // 2, W)
    return np.vstack([i420[:H], chroma])


def bayer(order: str) -> np.ndarray:
    channel = {"r": 0, "g": 1, "b": 2}
    out = np.empty((H, W), np.uint8)
    for index, letter in enumerate(order):
        row, column = divmod(index, 2)
        out[row::2, column::2] = gradient()[row::2, column::2, channel[letter]]
    return out


WIRE = {
    "rgb8": lambda: gradient(),
    "bgr8": lambda: gradient()[..., ::-1],
    "rgba8": lambda: np.dstack([gradient(), np.full((H, W), 9, np.uint8)]),
    "bgra8": lambda: np.dstack([gradient()[..., ::-1], np.full((H, W), 9, np.uint8)]),
    "8UC3": lambda: gradient()[..., ::-1],
    "rgb16": lambda: gradient().astype(np.uint16) * 257,
    "bgr16": lambda: gradient()[..., ::-1].astype(np.uint16) * 257,
    "yuv422": lambda: uyvy("uyvy"),
    "uyvy": lambda: uyvy("uyvy"),
    "yuv422_yuy2": lambda: uyvy("yuyv"),
    "yuyv": lambda: uyvy("yuyv"),
    "nv12": lambda: nv("nv12"),
    "nv21": lambda: nv("nv21"),
    "bayer_rggb8": lambda: bayer("rggb"),
    "bayer_bggr8": lambda: bayer("bggr"),
    "bayer_gbrg8": lambda: bayer("gbrg"),
    "bayer_grbg8": lambda: bayer("grbg"),
    "bayer_rggb16": lambda: bayer("rggb").astype(np.uint16) * 257,
}
EXACT = {"rgb8", "bgr8", "rgba8", "bgra8", "8UC3", "rgb16", "bgr16"}


@pytest.mark.parametrize("encoding", WIRE)
def test_cameras_of_every_encoding_give_the_same_colors(encoding):
    pixels = WIRE[encoding]()
    decoded = codecs.decode_image(raw(encoding, pixels))
    assert decoded.shape == (H, W, 3) and decoded.dtype == np.uint8
    # The border of a mosaic has no neighbours to interpolate from.
    inner = (slice(2, -2), slice(2, -2))
    worst = np.abs(decoded[inner].astype(int) - gradient()[inner].astype(int)).max()
    assert worst == 0 if encoding in EXACT else worst <= 6


@pytest.mark.parametrize("encoding", ["mono8", "8UC1", "mono16", "16UC1"])
def test_gray_images_are_gray_in_all_channels(encoding):
    gray = gradient()[..., 0]
    wide = encoding in ("mono16", "16UC1")
    pixels = gray.astype(np.uint16) * 257 if wide else gray
    decoded = codecs.decode_image(raw(encoding, pixels))
    np.testing.assert_array_equal(decoded, np.repeat(gray[..., None], 3, axis=2))


def test_big_endian_pixels_are_turned():
    pixels = (gradient().astype(np.uint16) * 257).astype(">u2")
    np.testing.assert_array_equal(codecs.decode_image(raw("rgb16", pixels, big=True)), gradient())


def test_every_encoding_of_the_table_decodes_or_says_why():
    for name, encoding in ENCODINGS.items():
        shape = (round(H * encoding.planar), W, encoding.channels)
        message = raw(name, np.full(shape, 100, encoding.dtype))
        assert codecs.decode_image(message).shape == (H, W, 3), name


@pytest.mark.parametrize("encoding", ["rgb8", "bgr8", "rgba8", "bgra8"])
def test_image_survives_every_encoding_that_can_be_sent(encoding):
    message = codecs.image_message(gradient(), STAMP, "camera", encoding)
    np.testing.assert_array_equal(codecs.decode_image(message), gradient())


def test_an_encoding_that_can_not_be_sent_is_named():
    with pytest.raises(AfilError, match="can't be sent as 'nv12'"):
        codecs.image_message(gradient(), STAMP, "camera", "nv12")


@pytest.mark.parametrize("encoding", ["rgb8", "rgb16"])
def test_row_padding_is_left_out(encoding):
    message = raw(encoding, WIRE[encoding](), pad=64)
    np.testing.assert_array_equal(codecs.decode_image(message), gradient())


@pytest.mark.parametrize("cut", [1, 100])
def test_image_whose_data_do_not_fit_its_size_is_refused(cut):
    message = codecs.image_message(gradient(), STAMP, "camera")
    message.data = message.data[:-cut]
    with pytest.raises(AfilError, match=f"cannot have {H * W * 3 - cut} bytes"):
        codecs.decode_image(message)


def test_unknown_image_encoding_is_named():
    message = codecs.image_message(gradient(), STAMP, "camera")
    message.encoding = "bayer_what"
    with pytest.raises(AfilError, match="'bayer_what' is not supported"):
        codecs.decode_image(message)


def test_png_decodes_to_the_same_pixels_and_jpeg_to_nearly_the_same():
    png = compressed_message(gradient(), STAMP, "camera", "png")
    np.testing.assert_array_equal(codecs.decode_image(png), gradient())
    jpeg = codecs.decode_image(compressed_message(gradient(), STAMP, "camera", "jpeg"))
    assert np.abs(jpeg.astype(int) - gradient().astype(int)).max() < 12


@pytest.mark.parametrize("name", ["jpeg", "png"])
def test_a_compressed_image_that_is_cut_is_refused(name):
    message = compressed_message(gradient(), STAMP, "camera", name)
    for keep in (len(message.data) // 2, 20):
        message.data = message.data[:keep]
        with pytest.raises(AfilError, match="is cut off"):
            codecs.decode_image(message)


def test_a_compressed_image_that_is_empty_or_foreign_is_refused():
    message = compressed_message(gradient(), STAMP, "camera")
    message.data = np.zeros(0, np.uint8)
    with pytest.raises(AfilError, match="is empty"):
        codecs.decode_image(message)
    message.data = np.full(100, 7, np.uint8)
    with pytest.raises(AfilError, match="of no known format"):
        codecs.decode_image(message)


def test_a_png_that_claims_gigabytes_is_refused_before_it_gets_them():
    message = compressed_message(gradient(), STAMP, "camera", "png")
    message.data = message.data.copy()
    message.data[33] = 200  # of the length of its second chunk
    with pytest.raises(AfilError, match=r"one of its chunks claims 33554"):
        codecs.decode_image(message)


def test_a_png_with_a_wrong_byte_is_refused_and_no_crash():
    message = compressed_message(gradient(), STAMP, "camera", "png")
    message.data = message.data.copy()
    message.data[16:24] = 255
    with pytest.raises(AfilError, match="compressed image"):
        codecs.decode_image(message)


def test_pose_keeps_every_bit():
    pose = np.array([0.1 + 0.2, -1 / 3, 0.3, 0, 0, np.sin(0.3), np.cos(0.3)])
    decoded = codecs.decode_pose(codecs.encode_pose(pose, STAMP, "fr3_link0"))
    np.testing.assert_array_equal(decoded.value, pose)


@pytest.mark.parametrize("endian", ["<", ">"])
def test_a_stamp_is_read_without_decoding(endian):
    cdr = bytes([0, 1 if endian == "<" else 0, 0, 0])
    cdr += np.array([12, 345_678_901], dtype=f"{endian}u4").tobytes() + b"rest"
    assert messages.peek_stamp(cdr) == STAMP
    assert messages.peek_stamp(cdr[:11]) is None


def test_the_stamp_peeked_is_the_stamp_decoded():
    cdr = codecs.encode_pose(np.array([0.5, 0, 0.3, 0, 0, 0, 1.0]), STAMP, "fr3_link0")
    assert messages.peek_stamp(cdr) == codecs.decode_pose(cdr).stamp_ns == STAMP


def test_whether_a_type_has_a_header_is_known():
    assert messages.has_header("geometry_msgs/msg/PoseStamped")
    assert not messages.has_header("std_msgs/msg/Float64MultiArray")


def test_float_array_string_and_clock_survive():
    assert codecs.decode_float_array(codecs.encode_float_array([0.04, -1])).tolist() == [0.04, -1]
    assert codecs.decode_string(codecs.encode_string("Möhre")) == "Möhre"
    assert codecs.decode_clock(codecs.encode_clock(STAMP)) == STAMP


def test_type_of_a_package_that_is_not_installed_is_named():
    with pytest.raises(AfilError, match="message type no_msgs/msg/Thing is not installed"):
        messages.require_type("no_msgs/msg/Thing")


def test_type_is_found_in_an_ament_prefix_with_what_it_is_made_of(tmp_path, monkeypatch):
    folder = tmp_path / "share" / "afil_test_msgs" / "msg"
    folder.mkdir(parents=True)
    (folder / "Outer.msg").write_text("std_msgs/Header header\nInner[] inner\nuint8 ONE=1\n")
    (folder / "Inner.msg").write_text("float64 x  # metres\n")
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    inner = messages.new("afil_test_msgs/msg/Inner", x=2.5)
    cdr = messages.serialize(messages.new("afil_test_msgs/msg/Outer", inner=[inner]))
    assert messages.deserialize(cdr, "afil_test_msgs/msg/Outer").inner[0].x == 2.5


def test_unknown_field_is_refused():
    with pytest.raises(TypeError, match="has no field colour"):
        messages.new("std_msgs/msg/Header", colour="red")


def test_threads_that_meet_at_the_first_message_share_one_store(monkeypatch):
    def slow(*arguments):
        time.sleep(0.05)
        return get_typestore(*arguments)

    monkeypatch.setattr(messages, "get_typestore", slow)
    monkeypatch.setattr(messages, "_store", cache(messages._store.__wrapped__))
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: messages.new("afil_interfaces/msg/Heartbeat"), range(4)))
    assert len({type(message) for message in made}) == 1
