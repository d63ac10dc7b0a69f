"""A configuration in which every backend is named: what ``auto`` stands for on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from afil_core.errors import AfilError
from afil_core.saliency import Provenance
from afil_perception.pipeline.automatic import Automatic
from afil_perception.pipeline.config import PerceptionConfig

# Key of the configuration to name of the stage.
STAGES = {"describer": "describe", "detector": "detect", "tracker": "track", "filter": "filter"}


@dataclass(frozen=True)
class Resolved:
    """What a configuration means here.

    Attributes:
        config: With every backend named.
        choices: By stage, what was chosen for ``auto``, and why.
    """

    config: PerceptionConfig
    choices: dict[str, str]


def resolve(config: PerceptionConfig) -> Resolved:
    """Choose what the configuration leaves to this machine.

    Raises:
        AfilError: When weights that it names are not here.
    """
    chosen, choices = {}, {}
    for key, stage in STAGES.items():
        selection = getattr(config, key)
        if issubclass(selection.kind, Automatic):
            choice = selection.build().choose(config.vlm)
            chosen[key], choices[stage] = choice.selection, choice.why
    return Resolved(config.model_copy(update=chosen), choices)


def refuse_loss(
    before: Sequence[Provenance], backends: dict[str, str], chosen: dict[str, str]
) -> None:
    """Refuse that a choice of this machine replaces what real models have found elsewhere.

    Args:
        before: How the sidecars were made that would be made anew.
        backends: By stage, who would make them.
        chosen: By name, what those of them stand in for that were chosen by this machine.

    Raises:
        AfilError: When a stand-in that nobody named would replace a model.
    """
    for provenance in before:
        for stage, name in backends.items():
            was = provenance.backends.get(stage, name)
            if name in chosen and was != name and was not in provenance.stand_ins:
                raise AfilError(
                    f"episodes were perceived with {stage}: {was}, and here {name} would be used, "
                    f"a stand-in for {chosen[name]}; get what {was} needs "
                    f"(`ros2 run afil_perception models`), or name {name} in the configuration to "
                    f"replace what {was} found"
                )
