"""Stage 4, filter: at most a few objects per segment."""
