"""The bridge."""

from __future__ import annotations

import array
import sys
from typing import Any

import cv2
import numpy as np
from sensor_msgs.msg import CompressedImage, Image

from cv_bridge import encodings

_DEPTHS = {
    "uint8": cv2.CV_8U, "int8": cv2.CV_8S, "uint16": cv2.CV_16U, "int16": cv2.CV_16S,
    "int32": cv2.CV_32S, "float32": cv2.CV_32F, "float64": cv2.CV_64F,
}  # fmt: skip


class CvBridgeError(TypeError):
    """An image that cannot be converted; says why."""


class CvBridge:
    """Converts between sensor_msgs images and numpy arrays."""

    def encoding_to_dtype_with_channels(self, encoding: str) -> tuple[str, int]:
        """Name of the element type, and channels, of an encoding."""
        dtype, channels = self._describe(encoding)
        return dtype.name, channels

    def encoding_to_cvtype2(self, encoding: str) -> int:
        """OpenCV's type number (``cv2.CV_8UC3``) of an encoding."""
        dtype, channels = self._describe(encoding)
        return int(cv2.CV_MAKETYPE(_DEPTHS[dtype.name], channels))

    def cvtype2_to_dtype_with_channels(self, cvtype: int) -> tuple[str, int]:
        """Name of the element type, and channels, of OpenCV's type number."""
        for name, depth in _DEPTHS.items():
            for channels in range(1, 5):
                if cv2.CV_MAKETYPE(depth, channels) == cvtype:
                    return name, channels
        raise CvBridgeError(f"{cvtype} is no type of OpenCV with 1 to 4 channels")

    def dtype_with_channels_to_cvtype2(self, dtype: Any, n_channels: int) -> str:
        """Generic encoding (``8UC3``) of an element type and a number of channels."""
        return encodings.name_of(np.dtype(dtype), n_channels)

    @staticmethod
    def _describe(encoding: str) -> tuple[np.dtype, int]:
        try:
            return encodings.describe(encoding)
        except encodings.UnknownEncodingError as error:
            raise CvBridgeError(error) from error

    def imgmsg_to_cv2(self, img_msg: Image, desired_encoding: str = "passthrough") -> np.ndarray:
        """Array [H, W] or [H, W, C] of an image message.

        Without conversion it shares the message's memory.

        Raises:
            CvBridgeError: Unknown encoding, wrong size, or no such conversion.
        """
        dtype, channels = self._describe(img_msg.encoding)
        dtype = dtype.newbyteorder(">" if img_msg.is_bigendian else "<")
        row = img_msg.width * channels * dtype.itemsize
        if img_msg.step < row or len(img_msg.data) < img_msg.step * img_msg.height:
            raise CvBridgeError(
                f"an image of {img_msg.width}x{img_msg.height} {img_msg.encoding} with step "
                f"{img_msg.step} does not fit into {len(img_msg.data)} bytes"
            )
        shape = (img_msg.height, img_msg.width) + ((channels,) if channels > 1 else ())
        inner = (dtype.itemsize,) if channels == 1 else (channels * dtype.itemsize, dtype.itemsize)
        image: np.ndarray = np.ndarray(
            shape, dtype, buffer=img_msg.data, strides=(img_msg.step, *inner)
        )
        if dtype.byteorder == (">" if sys.byteorder == "little" else "<"):
            image = image.astype(dtype.newbyteorder("="))
        try:
            return encodings.convert(image, img_msg.encoding, desired_encoding)
        except (encodings.UnknownEncodingError, cv2.error) as error:
            raise CvBridgeError(error) from error

    def cv2_to_imgmsg(
        self, cvim: np.ndarray, encoding: str = "passthrough", header: Any = None
    ) -> Image:
        """Image message of an array; the data are copied once.

        Raises:
            TypeError: It is no array.
            CvBridgeError: The array does not have that encoding.
        """
        if not isinstance(cvim, (np.ndarray, np.generic)):
            raise TypeError("Your input type is not a numpy array")
        channels = 1 if cvim.ndim < 3 else cvim.shape[2]
        try:
            own = encodings.name_of(cvim.dtype.newbyteorder("="), channels)
        except encodings.UnknownEncodingError as error:
            raise CvBridgeError(error) from error
        if encoding == "passthrough":
            encoding = own
        elif self._describe(encoding) != (cvim.dtype.newbyteorder("="), channels):
            raise CvBridgeError(
                f"encoding specified as {encoding}, but image has incompatible type {own}"
            )
        message = Image(height=cvim.shape[0], width=cvim.shape[1], encoding=encoding)
        if header is not None:
            message.header = header
        message.is_bigendian = int(
            cvim.dtype.byteorder == ">" or (cvim.dtype.byteorder == "=" and
                                            sys.byteorder == "big")
        )  # fmt: skip
        data = array.array("B")
        data.frombytes(np.ascontiguousarray(cvim).view(np.uint8).data)
        message.data = data
        message.step = len(data) // message.height if message.height else 0
        return message

    def compressed_imgmsg_to_cv2(
        self, cmprs_img_msg: CompressedImage, desired_encoding: str = "passthrough"
    ) -> np.ndarray | None:
        """Decode a compressed image (bgr8 unless its format or ``desired_encoding`` differ).

        Returns:
            None where the data are no image and no encoding is asked for.

        Raises:
            CvBridgeError: The data are no image, or there is no such conversion.
        """
        raw = np.frombuffer(cmprs_img_msg.data, np.uint8)
        image = cv2.imdecode(raw, cv2.IMREAD_UNCHANGED) if raw.size else None
        if image is None and desired_encoding == "passthrough":
            return None  # As in cv_bridge, which passes on what OpenCV made of it.
        if image is None:
            raise CvBridgeError(
                f"{len(cmprs_img_msg.data)} bytes of format {cmprs_img_msg.format!r} are no image"
            )
        if desired_encoding == "passthrough":
            return image
        depth = "16" if image.dtype == np.uint16 else "8"
        channels = 1 if image.ndim == 2 else image.shape[2]
        source = {1: "mono", 3: "bgr", 4: "bgra"}[channels] + depth
        try:
            return encodings.convert(image, source, desired_encoding)
        except (encodings.UnknownEncodingError, cv2.error) as error:
            raise CvBridgeError(error) from error

    def cv2_to_compressed_imgmsg(self, cvim: np.ndarray, dst_format: str = "jpg") -> Any:
        """Compress a bgr8 or mono8 array.

        Raises:
            TypeError: It is no array.
            CvBridgeError: There is no such format.
        """
        if not isinstance(cvim, (np.ndarray, np.generic)):
            raise TypeError("Your input type is not a numpy array")
        try:
            good, encoded = cv2.imencode(f".{dst_format}", cvim)
        except cv2.error as error:
            raise CvBridgeError(error) from error
        if not good:
            raise CvBridgeError(f"cannot compress to {dst_format!r}")
        message = CompressedImage(format=dst_format)
        data = array.array("B")
        data.frombytes(encoded.tobytes())
        message.data = data
        return message
