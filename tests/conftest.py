"""Fixtures are plugins, one file each under tests/fixtures/."""

pytest_plugins = ["tests.fixtures.nats", "tests.fixtures.postgres"]
