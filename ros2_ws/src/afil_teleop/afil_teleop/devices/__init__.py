"""Teleoperation devices as pure logic: what a person does becomes targets and requests."""
