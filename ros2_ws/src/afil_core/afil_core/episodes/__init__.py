"""Episodes: one demonstration each, a rosbag2 folder with an ``episode.yaml``."""

from afil_core.episodes.episode import Episode, Step, list_episodes
from afil_core.episodes.metadata import EpisodeMetadata, TopicSummary
from afil_core.episodes.writer import EpisodeWriter

__all__ = [
    "Episode",
    "EpisodeMetadata",
    "EpisodeWriter",
    "Step",
    "TopicSummary",
    "list_episodes",
]
