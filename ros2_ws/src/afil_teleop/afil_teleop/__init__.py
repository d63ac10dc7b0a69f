"""Recording of demonstrations: teleoperation devices, episode control, the episode recorder."""
