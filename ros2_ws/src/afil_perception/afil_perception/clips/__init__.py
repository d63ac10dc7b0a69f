"""Clips: the frames of an image stream, from episodes and from video files."""

from afil_perception.clips.clip import Clip, Frame, Loss, Rgb

__all__ = ["Clip", "Frame", "Loss", "Rgb"]
