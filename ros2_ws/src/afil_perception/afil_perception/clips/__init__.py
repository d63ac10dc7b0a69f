"""Clips: the frames of an image stream, from episodes and from video files."""
