"""Off-screen drawing with panda3d through EGL, and the one place that imports it."""

from __future__ import annotations

import contextlib
import ctypes
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from afil_core.errors import AfilError
from afil_sim.drawing.mesh import VERTEX, Mesh
from afil_sim.physics.libraries import load_triton_first

load_triton_first()

try:
    import panda3d.core as p3
except ImportError as error:
    raise AfilError(
        f"the town is drawn with panda3d, which is not installed ({error}); "
        f"run `pip install panda3d==1.10.13`"
    ) from error

_SETTINGS: Final = """
load-display p3headlessgl
aux-display none
window-type offscreen
audio-library-name null
notify-level-display error
notify-level-egldisplay error
gl-version 2 1
"""
p3.loadPrcFileData("afil", _SETTINGS)
_NEAR, _FAR = 0.3, 260.0
_EGL_OPENGL_API: Final = 0x30A2
Color = tuple[float, float, float]


def _no_display(reason: object) -> AfilError:
    return AfilError(
        f"panda3d found no way to draw off-screen ({reason}); install the Debian packages "
        f"libegl1, libgl1 and libgl1-mesa-dri"
    )


@cache
def _pipe() -> Any:
    """The way to EGL: one for the process, since its end would end EGL for MuJoCo, too."""
    pipe = p3.GraphicsPipeSelection.getGlobalPtr().makeModulePipe("p3headlessgl")
    if pipe is None or not pipe.isValid():
        raise _no_display("no EGL")
    return pipe


@cache
def _egl() -> Any:
    with contextlib.suppress(OSError):  # without the library nothing is drawn, and panda3d says so
        return ctypes.CDLL("libEGL.so.1")
    return None


def _bind_opengl() -> None:
    """Have EGL speak of OpenGL: MuJoCo resets the thread to EGL's default, OpenGL ES."""
    if (egl := _egl()) is not None:
        egl.eglBindAPI(_EGL_OPENGL_API)


class Engine:
    """A scene, and cameras that take pictures of it."""

    def __init__(self) -> None:
        self._pipe = _pipe()
        self._engine = p3.GraphicsEngine(self._pipe)
        self.root = p3.NodePath("town")
        self.root.setShaderOff()
        # In the order of the scene: else panda3d sorts by addresses in memory, and which of two
        # faces at one depth is seen would differ from one town to the next.
        self.root.setBin("unsorted", 0)
        self._fog = p3.Fog("haze")

    def node(self, mesh: Mesh, under: Any = None) -> Any:
        """A mesh as a node of the scene.

        Args:
            mesh: What to draw.
            under: Node to which it belongs; the scene when None.
        """
        vertices, triangles = mesh.arrays()
        data = p3.GeomVertexData("mesh", p3.GeomVertexFormat.getV3c4t2(), p3.Geom.UHStatic)
        data.uncleanSetNumRows(len(vertices))
        assert data.getArray(0).getArrayFormat().getStride() == VERTEX.itemsize
        data.modifyArrayHandle(0).copyDataFrom(vertices.tobytes())
        primitive = p3.GeomTriangles(p3.Geom.UHStatic)
        primitive.setIndexType(p3.Geom.NTUint32)
        array = primitive.modifyVertices()
        array.uncleanSetNumRows(triangles.size)
        array.modifyHandle().copyDataFrom(triangles.astype(np.uint32).tobytes())
        geometry = p3.Geom(data)
        geometry.addPrimitive(primitive)
        node = p3.GeomNode("mesh")
        node.addGeom(geometry)
        return (under or self.root).attachNewNode(node)

    @property
    def nodes(self) -> int:
        """How many nodes there are to draw."""
        return int(self.root.findAllMatches("**/+GeomNode").getNumPaths())

    @property
    def triangles(self) -> int:
        """How many triangles they have."""
        found = self.root.findAllMatches("**/+GeomNode")
        geometries = [geom for path in found for geom in path.node().getGeoms()]
        return sum(part.getNumFaces() for geom in geometries for part in geom.getPrimitives())

    def group(self, under: Any = None) -> Any:
        """An empty node, to which others can belong.

        Args:
            under: Node to which it belongs; the scene when None.
        """
        return (under or self.root).attachNewNode("group")

    def texture(self, pixels: NDArray[np.uint8]) -> Any:
        """A texture of an RGB image [H, W, 3]."""
        height, width, _ = pixels.shape
        texture = p3.Texture()
        texture.setup2dTexture(width, height, p3.Texture.TUnsignedByte, p3.Texture.FRgb)
        texture.setRamImageAs(pixels[::-1].tobytes(), "RGB")
        texture.setMinfilter(p3.SamplerState.FTLinearMipmapLinear)
        texture.setMagfilter(p3.SamplerState.FTLinear)
        return texture

    def haze(self, color: Color, begin: float, end: float) -> None:
        """Let everything fade into a color from one distance to another, m."""
        self._fog.setColor(*color)
        self._fog.setLinearRange(begin, end)
        self.root.setFog(self._fog)

    def camera(self, size: tuple[int, int], fov: float) -> Camera:
        """A camera.

        Args:
            size: Height and width of its images, px.
            fov: Horizontal field of view, degrees.
        """
        return Camera(self._engine, self._pipe, self.root, size, fov)

    def close(self) -> None:
        """Free the graphics memory."""
        self._engine.removeAllWindows()
        self.root.removeNode()


class Camera:
    """Takes pictures of a scene; made by :meth:`Engine.camera`."""

    def __init__(
        self, engine: Any, pipe: Any, root: Any, size: tuple[int, int], fov: float
    ) -> None:
        self._size = size
        self._engine, self._pipe = engine, pipe
        height, width = size
        self._lens = p3.PerspectiveLens()
        self._lens.setAspectRatio(width / height)
        self._lens.setFov(fov)
        self._lens.setNearFar(_NEAR, _FAR)
        self._camera = p3.Camera("camera", self._lens)
        self._place = root.attachNewNode(self._camera)
        self._buffer, self._picture = self._output(self._camera, "picture")
        self._masks: tuple[Any, Any, Any] | None = None

    def _output(self, camera: Any, name: str) -> tuple[Any, Any]:
        properties = p3.FrameBufferProperties()
        properties.setRgbaBits(8, 8, 8, 8)
        properties.setDepthBits(24)
        height, width = self._size
        _bind_opengl()
        buffer = self._engine.makeOutput(
            self._pipe, name, 0, properties, p3.WindowProperties.size(width, height),
            p3.GraphicsPipe.BFRefuseWindow,
        )  # fmt: skip
        if buffer is None:
            raise _no_display("no off-screen buffer")
        picture = p3.Texture()
        buffer.addRenderTexture(picture, p3.GraphicsOutput.RTMCopyRam)
        region = buffer.makeDisplayRegion()
        region.setCamera(self._place if camera is self._camera else p3.NodePath(camera))
        return buffer, picture

    def look(self, position: tuple[float, float, float], yaw_deg: float) -> None:
        """Look from a position in a direction (degrees from x towards y)."""
        self._place.setPos(*position)
        self._place.setHpr(yaw_deg - 90.0, 0.0, 0.0)

    def background(self, color: Color) -> None:
        """Color of what is far away."""
        self._buffer.setClearColor((*color, 1.0))

    def take(self) -> NDArray[np.uint8]:
        """The picture: RGB [H, W, 3]."""
        return self._render(self._buffer, self._picture)

    def take_ids(self, ids: tuple[int, ...]) -> NDArray[np.uint8]:
        """Which marked node is seen in each pixel: [H, W], 0 where none is.

        Args:
            ids: Numbers 1..255 with which nodes are marked (:func:`mark`).
        """
        if self._masks is None:
            camera = p3.Camera("masks", self._lens)
            self._place.attachNewNode(camera)
            plain = p3.NodePath("plain")
            _paint(plain, 0, 1)
            camera.setInitialState(plain.getState())
            camera.setTagStateKey("id")
            buffer, picture = self._output(camera, "masks")
            buffer.setClearColor((0, 0, 0, 1))
            self._masks = camera, buffer, picture
        camera, buffer, picture = self._masks
        for number in ids:
            if not camera.hasTagState(str(number)):
                marked = p3.NodePath("marked")
                _paint(marked, number, 2)
                camera.setTagState(str(number), marked.getState())
        return self._render(buffer, picture)[..., 0]

    def _render(self, buffer: Any, picture: Any) -> NDArray[np.uint8]:
        for other in (self._buffer, *(self._masks[1:2] if self._masks else ())):
            other.setActive(other == buffer)
        _bind_opengl()
        self._engine.renderFrame()
        height, width = self._size
        pixels = np.frombuffer(picture.getRamImageAs("RGB"), np.uint8)
        buffer.setActive(False)
        return pixels.reshape(height, width, 3)[::-1].copy()


def mark(node: Any, number: int) -> None:
    """Let a node be found by :meth:`Camera.take_ids`."""
    node.setTag("id", str(number))


def shines(node: Any) -> None:
    """Let a node be as bright by night as by day, and from afar."""
    node.setColorScaleOff(10)
    node.setFogOff(10)


def fades(node: Any) -> None:
    """Take back :func:`shines`."""
    node.clearColorScale()
    node.clearFog()


def darken(node: Any, factors: Color) -> None:
    """Multiply the colors of a node and of what belongs to it."""
    node.setColorScale(*factors, 1.0)


def _paint(node: Any, number: int, priority: int) -> None:
    node.setColor(number / 255, 0.0, 0.0, 1.0, priority)
    node.setTextureOff(priority)
    node.setFogOff(priority)
    node.setColorScaleOff(priority + 20)
    node.setTransparency(False, priority)
