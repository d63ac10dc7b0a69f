# Slow checks of the deployed policy. Included by the Makefile.

.PHONY: test-deploy-limits test-deploy-faults bench-deploy

POLICY_TEST := ros2_ws/src/afil_policy/test

test-deploy-limits: install-test ## 100,000 adversarial actions and states through the action path (about 5 minutes)
	@AFIL_EXAMPLES=1250 $(BIN)/python -m pytest -q $(POLICY_TEST)/deploy/test_limits_property.py

test-deploy-faults: install ## Each fault of a robot, and how soon it comes to rest, as a table (about 5 minutes; ONLY=words: some rows)
	@$(RUN) $(BIN)/python -m benchmarks.deploy_faults $(if $(ONLY),--only "$(ONLY)")

bench-deploy: install ## Rate, jitter and latency of a policy on two 640x480 cameras at 20 Hz (BENCH_SECONDS=600: 10 minutes)
	@$(RUN) $(BIN)/python -m benchmarks.bench_deploy --seconds $(or $(BENCH_SECONDS),60)
