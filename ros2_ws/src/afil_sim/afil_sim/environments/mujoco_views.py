"""What the cameras of a MuJoCo environment see, drawn as the table top is: without shadows."""

from __future__ import annotations

from typing import Any, Final

from afil_core.errors import AfilError
from afil_sim.cues import Image
from afil_sim.physics.offscreen import Camera, mujoco

# What Gymnasium looks through where nobody chooses.
_USUAL: Final = "track"


class MujocoViews:
    """Cameras of a Gymnasium environment with a MuJoCo model, by name.

    Gymnasium's own view depends on the state in which it first looks; this one does not, so that
    one seed gives one picture.

    Args:
        world: The environment itself, without wrappers.
    """

    def __init__(self, world: Any) -> None:
        self._world = world
        self._cameras: dict[tuple[str, int, int], Camera] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the model's cameras."""
        model = self._world.model
        return tuple(model.camera(i).name for i in range(model.ncam))

    def image(self, camera: str, size: tuple[int, int]) -> Image:
        """RGB [H, W, 3] of a camera; an empty name is the environment's own view."""
        key = (camera, *size)
        if key not in self._cameras:
            world = self._world
            self._cameras[key] = Camera(world.model, camera or self._own(), size)
        return self._cameras[key].render(self._world.data)

    def require(self, camera: str, env: str) -> None:
        """Refuse a camera that the model has not.

        Raises:
            AfilError: Naming those that it has.
        """
        if camera and camera not in self.names:
            named = ", ".join(name for name in self.names if name)
            there = f"it has {named}" if named else "it has its own view alone"
            raise AfilError(f"environment {env} has no camera '{camera}'; {there}")

    def _own(self) -> Any:
        if _USUAL in self.names:
            return _USUAL
        model = self._world.model
        view = mujoco.MjvCamera()
        mujoco.mjv_defaultFreeCamera(model, view)
        view.lookat[:], view.distance = model.stat.center, model.stat.extent
        for key, value in (self._world.mujoco_renderer.default_cam_config or {}).items():
            if key == "lookat":
                view.lookat[:] = value
            else:
                setattr(view, key, value)
        return view

    def close(self) -> None:
        """Free the renderers."""
        for camera in self._cameras.values():
            camera.close()
        self._cameras.clear()
