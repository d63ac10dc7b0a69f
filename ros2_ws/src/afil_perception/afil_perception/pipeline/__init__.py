"""The stages in a row: from an episode to its saliency sidecar, and over whole datasets."""
