"""Stage 2, detect: boxes for phrases in an image."""
