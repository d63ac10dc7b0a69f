"""A toy robot for AFIL: a disc with a mark, which turns under a camera."""
