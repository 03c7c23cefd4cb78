"""The production shape, as far as it can be checked without an engine."""

from pathlib import Path

import click
import pytest
import yaml

from hub.cli.command import hub
from hub.servers.nats import DENIED
from hub.settings import PREFIX, VARIABLES, read_settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
ROLES = {name: service for name, service in SERVICES.items() if "build" in service}


def test_there_are_three_brokers_a_database_and_every_role() -> None:
    assert {"nats-1", "nats-2", "nats-3", "postgres", "gatekeeper", "projector", "api"} == SERVICES.keys()


@pytest.mark.parametrize("name", ROLES)
def test_a_role_runs_a_command_that_exists_with_settings_that_exist(name: str, tmp_path: Path) -> None:
    service = ROLES[name]
    assert isinstance(hub, click.Group)
    assert hub.get_command(click.Context(hub), service["command"][0]) is not None
    variables = {key: str(value) for key, value in service["environment"].items() if key.startswith(PREFIX)}
    assert variables.keys() <= set(VARIABLES)
    contents = {"database_url": "postgresql://hub:x@postgres/hub", "nats_password": "x"}
    for variable, value in variables.items():
        if variable.endswith("_FILE"):
            file = tmp_path / Path(value).name
            file.write_text(contents.get(file.name, "ab" * 32))
            variables[variable] = str(file)
    settings = read_settings(variables)
    assert settings.stream_replicas == 3
    assert str(settings.nats_url).count("nats://") == 3


def test_every_secret_file_and_volume_that_is_used_is_declared() -> None:
    for service in SERVICES.values():
        for secret in service.get("secrets", []):
            assert secret in COMPOSE["secrets"]
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
        for path in service.get("environment", {}).values():
            if str(path).startswith("/run/secrets/"):
                assert Path(path).name in service["secrets"]


def test_the_brokers_sync_always_and_the_hub_may_not_delete() -> None:
    text = (ROOT / "deploy/nats.conf").read_text(encoding="utf-8")
    assert "sync_interval: always" in text
    for denied in DENIED:
        assert f'"$JS.API.{denied}"' in text
    assert all(f"nats://{name}:6222" in text for name in ("nats-1", "nats-2", "nats-3"))
