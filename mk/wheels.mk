# The real rclpy from PyPI, in an environment of its own. Included by the Makefile.

.PHONY: test-wheels

test-wheels: install ## Conformance and process tests on the real rclpy (PyPI wheels), where they exist
	@$(BIN)/python tools/wheels.py
