# `make ros`: the same packages under a real ROS 2. Included by the Makefile.

.PHONY: ros ros-check

ros: ## With a ROS 2 sourced: build with colcon, run conformance and end-to-end tests on it
	@python3 tools/ros.py

ros-check: ## With a ROS 2 sourced: say what of it AFIL finds and what it misses
	@python3 tools/ros.py --check
