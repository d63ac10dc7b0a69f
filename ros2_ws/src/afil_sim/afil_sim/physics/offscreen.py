"""Off-screen rendering with MuJoCo, and the one place that imports it.

MuJoCo chooses its OpenGL back-end when it is imported, from the environment variable
MUJOCO_GL; EGL is the default here because it needs no display.
"""

from __future__ import annotations

import atexit
import os
import weakref
from typing import Any

import numpy as np
import numpy.typing as npt

from afil_core.errors import AfilError
from afil_sim.physics.libraries import load_triton_first

os.environ.setdefault("MUJOCO_GL", "egl")


load_triton_first()


def _no_backend(reason: object) -> AfilError:
    return AfilError(
        f"no OpenGL back-end for off-screen rendering with MUJOCO_GL={os.environ['MUJOCO_GL']} "
        f"({type(reason).__name__}: {reason}); install the Debian packages libegl1 and "
        "libgl1-mesa-dri, or install libosmesa6 and set MUJOCO_GL=osmesa"
    )


try:
    import mujoco
except (ImportError, AttributeError, RuntimeError) as error:  # raised by the GL bindings
    if "mujoco" in str(error) and isinstance(error, ModuleNotFoundError):
        raise
    raise _no_backend(error) from error

__all__ = ["Camera", "mujoco"]


class Camera:
    """Renders one camera of a model to RGB images.

    Args:
        model: The compiled MuJoCo model.
        camera: Name of the camera in the model, or an ``MjvCamera``.
        shape: Height and width of the image, px.

    Raises:
        AfilError: When no OpenGL back-end works; names the packages to install.
    """

    def __init__(self, model: Any, camera: Any, shape: tuple[int, int]) -> None:
        self._camera = camera
        try:
            # A context of its own first: a renderer that fails half-way complains when freed.
            mujoco.GLContext(*shape).free()
            self._renderer = mujoco.Renderer(model, *shape)
        except Exception as error:  # the bindings raise whatever the driver makes them
            raise _no_backend(error) from error
        # MuJoCo ends EGL at exit; a renderer freed later than that complains.
        atexit.register(_close, weakref.ref(self._renderer))
        # Shadows are what costs on a software rasteriser.
        self._renderer.scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = 0
        self._renderer.scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = 0

    def render(self, data: Any) -> npt.NDArray[np.uint8]:
        """Image [H, W, 3], RGB, of the model's state ``data``."""
        self._renderer.update_scene(data, camera=self._camera)
        image: npt.NDArray[np.uint8] = self._renderer.render()
        return image

    def close(self) -> None:
        """Free the OpenGL context."""
        self._renderer.close()


def _close(reference: weakref.ReferenceType[Any]) -> None:
    renderer = reference()
    if renderer is not None:
        renderer.close()
