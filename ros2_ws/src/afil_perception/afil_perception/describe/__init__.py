"""Stage 1, describe: from instruction and frames to the objects to look for."""
