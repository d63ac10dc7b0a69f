"""From episodes to batches: cache, transforms, augmentation, split."""
