"""The contract of a Gymnasium environment, made from its spaces."""

from __future__ import annotations

from typing import Any, Final

from afil_core import schema
from afil_core.contract import Contract, read_contract
from afil_sim.environments import Environment
from afil_sim.environments.names import COMMAND, stream_of

ROBOT: Final = "gym"
# What the contract's streams say; the world reads it there.
_IN_STREAMS: Final = ("cameras", "size")
_JOINT_STATE: Final = "sensor_msgs/msg/JointState"
# Periods after which a sample is too old.
_MAX_AGE: Final = 3.0


def gym_contract(environment: Environment) -> Contract:
    """The contract of an environment.

    Raises:
        AfilError: When it has no such camera.
    """
    rate, acted = environment.rate_hz, environment.acted
    cameras = environment.config.cameras or ("",)
    for camera in cameras:
        environment.require_camera(camera)
    common = {"rate_hz": rate, "max_age_s": round(_MAX_AGE / rate, 6)}
    options = schema.to_plain(environment.config)
    data: dict[str, Any] = {
        "robot": ROBOT,
        "description": f"Gymnasium environment {environment.id}",
        "control_rate_hz": rate,
        "anchor": stream_of(cameras[0]),
        "observations": {
            **{stream_of(camera): _image(environment, camera) | common for camera in cameras},
            **{
                name: {
                    "kind": "vector",
                    "topic": name,
                    "type": _JOINT_STATE,
                    "names": list(names),
                    **common,
                }
                for name, names in environment.streams.items()
            },
        },
        "commands": {
            COMMAND: {
                "kind": "vector",
                "topic": COMMAND,
                "type": _JOINT_STATE,
                "names": list(acted.names),
            }
        },
        "action": {
            "kind": "vector",
            "demonstrated": [COMMAND],
            "default_interface": COMMAND,
            "interfaces": {COMMAND: [COMMAND]},
            "minimum": acted.low.tolist(),
            "maximum": acted.high.tolist(),
            "binary": list(acted.binary),
        },
        "world": {
            "env": environment.id,
            "options": {k: v for k, v in options.items() if k not in _IN_STREAMS},
        },
    }
    return read_contract(data, f"the contract of environment {environment.id}")


def _image(environment: Environment, camera: str) -> dict[str, Any]:
    return {
        "kind": "image",
        "topic": f"{camera or 'camera'}/image_raw",
        "type": "sensor_msgs/msg/Image",
        "encoding": "rgb8",
        "size": list(environment.config.size),
        "frame": camera or "camera",
    }
