"""Episodes: one demonstration each, a rosbag2 folder with an ``episode.yaml``."""

from afil_core.episodes.episode import Episode, list_episodes
from afil_core.episodes.left_out import LeftOut
from afil_core.episodes.metadata import EpisodeMetadata, TopicSummary
from afil_core.episodes.reader import Step, StepReader
from afil_core.episodes.set_aside import keep_episode, list_set_aside
from afil_core.episodes.writer import EpisodeWriter

__all__ = [
    "Episode",
    "EpisodeMetadata",
    "EpisodeWriter",
    "LeftOut",
    "Step",
    "StepReader",
    "TopicSummary",
    "keep_episode",
    "list_episodes",
    "list_set_aside",
]
