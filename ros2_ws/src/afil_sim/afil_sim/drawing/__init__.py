"""Pictures of the town, drawn with panda3d. ``engine`` is the one file that imports it."""
