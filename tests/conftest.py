"""Fixtures are plugins, one file each under tests/fixtures/."""

pytest_plugins = [
    "tests.fixtures.hub",
    "tests.fixtures.intake",
    "tests.fixtures.nats",
    "tests.fixtures.postgres",
]
