"""Settings: read once, checked, secret where they must be, and all of them documented."""

import io
import json
import logging
import re
from pathlib import Path

import pytest

from contracts.errors import InvalidInput
from hub.logging import JsonFormatter, configure_logging
from hub.settings import VARIABLES, Secret, Settings, child_environment, read_settings

ROOT = Path(__file__).parents[2]
KEY = "0f" * 32


def test_without_variables_the_hub_runs_its_own_servers_beside_the_checkout():
    assert read_settings({}) == Settings(data_dir=Path(".data").absolute())


def test_every_variable_reaches_its_field(tmp_path: Path):
    password = tmp_path / "password"
    password.write_text("pass word\n", "utf-8")
    settings = read_settings(
        {
            "HUB_DATA_DIR": str(tmp_path),
            "HUB_NATS_URL": "nats://a:4222, nats://b:4222",
            "HUB_NATS_PORT": "4222",
            "HUB_NATS_USER": "app",
            "HUB_NATS_PASSWORD_FILE": str(password),
            "HUB_DATABASE_URL": "postgresql://hub:secret@one:5432,two:5432/hub",
            "HUB_MASTER_KEY": KEY,
            "HUB_PSEUDONYM_KEY": KEY[::-1],
            "HUB_HOST": "0.0.0.0",
            "HUB_PORT": "9000",
            "HUB_PROVINCE": "31",
            "HUB_STREAM_REPLICAS": "3",
            "HUB_LOG_LEVEL": "DEBUG",
            "HUB_LOG_FORMAT": "json",
        }
    )
    assert settings == Settings(
        data_dir=tmp_path,
        nats_url=Secret("nats://a:4222, nats://b:4222"),
        nats_port=4222,
        nats_user="app",
        nats_password=Secret("pass word"),
        database_url=Secret("postgresql://hub:secret@one:5432,two:5432/hub"),
        master_key=Secret(KEY),
        pseudonym_key=Secret(KEY[::-1]),
        host="0.0.0.0",
        port=9000,
        province="31",
        stream_replicas=3,
        log_level="debug",
        log_format="json",
    )


@pytest.mark.parametrize("name", ["NATS_PASSWORD", "DATABASE_URL", "MASTER_KEY", "PSEUDONYM_KEY"])
def test_a_secret_may_stand_in_a_file_but_not_in_two_places(name: str, tmp_path: Path):
    content = "postgresql://hub@db/hub" if name == "DATABASE_URL" else KEY
    file = tmp_path / "secret"
    file.write_text(f"{content}\n", "utf-8")
    from_file = read_settings({f"HUB_{name}_FILE": str(file)})
    assert from_file == read_settings({f"HUB_{name}": content})
    with pytest.raises(InvalidInput, match=f"HUB_{name} must be given either as"):
        read_settings({f"HUB_{name}": content, f"HUB_{name}_FILE": str(file)})


def test_what_the_command_line_says_wins(tmp_path: Path):
    settings = read_settings({"HUB_PORT": "9000", "HUB_DATA_DIR": "/elsewhere"}, port=9001, data_dir=tmp_path)
    assert (settings.port, settings.data_dir) == (9001, tmp_path)


def test_an_empty_variable_is_an_unset_one():
    assert read_settings({"HUB_PORT": " ", "HUB_NATS_URL": ""}) == read_settings({})


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("HUB_PORT", "http", "HUB_PORT must be a whole number from 1 to 65535 (it is 'http')"),
        ("HUB_PORT", "70000", "HUB_PORT must be a whole number from 1 to 65535 (it is '70000')"),
        ("HUB_STREAM_REPLICAS", "0", "HUB_STREAM_REPLICAS must be a whole number from 1 to 5 (it is '0')"),
        (
            "HUB_PROVINCE",
            "Surin",
            "HUB_PROVINCE must be a province code of two digits, such as 32 for Surin (it is 'Surin')",
        ),
        ("HUB_LOG_LEVEL", "loud", "HUB_LOG_LEVEL must be one of debug, info, warning, error (it is 'loud')"),
        (
            "HUB_NATS_URL",
            "http://x",
            "HUB_NATS_URL must be nats://host:port, or several of them separated by commas",
        ),
        (
            "HUB_DATABASE_URL",
            "mysql://x",
            "HUB_DATABASE_URL must be a URL like postgresql://user:password@host:5432/database",
        ),
        (
            "HUB_MASTER_KEY_FILE",
            "/no/such",
            "HUB_MASTER_KEY_FILE must be the path of a readable text file (/no/such is not)",
        ),
        (
            "HUB_DATABSE_URL",
            "x",
            "HUB_DATABSE_URL is not a setting of the hub; did you mean HUB_DATABASE_URL?",
        ),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_variable(variable: str, value: str, sentence: str):
    with pytest.raises(InvalidInput) as caught:
        read_settings({variable: value})
    assert caught.value.message_en == sentence
    assert (caught.value.code, caught.value.path) == ("SETTING_INVALID", variable)
    assert variable in caught.value.message_th


def test_a_wrong_key_is_refused_without_being_repeated():
    with pytest.raises(InvalidInput) as caught:
        read_settings({"HUB_MASTER_KEY": "hunter2"})
    assert "64 hexadecimal digits" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_secrets_do_not_show_in_representations():
    settings = read_settings(
        {
            "HUB_MASTER_KEY": KEY,
            "HUB_DATABASE_URL": "postgresql://hub:secret@db/hub",
            "HUB_NATS_PASSWORD": "hidden",
        }
    )
    assert not any(text in repr(settings) for text in (KEY, "secret@", "hidden"))


def test_a_child_gets_what_the_command_line_decided(tmp_path: Path):
    environment = child_environment(read_settings({}, data_dir=tmp_path, port=9001))
    inherited = {name: value for name, value in environment.items() if name.startswith("HUB_")}
    again = read_settings(inherited)
    assert (again.data_dir, again.port) == (tmp_path, 9001)


def test_every_setting_is_explained_and_nothing_else_is():
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    assert set(re.findall(r"HUB_[A-Z_]*[A-Z]", text)) == set(VARIABLES)


def test_a_json_log_line_carries_the_fields_and_the_role():
    stream = io.StringIO()
    before = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        configure_logging(Settings(data_dir=Path("/x"), log_format="json"), "projector", stream)
        logging.getLogger("hub.test").info("batch applied", extra={"sequence": 12})
    finally:
        logging.getLogger().handlers[:], level = before
        logging.getLogger().setLevel(level)
    line = json.loads(stream.getvalue())
    assert {line[name] for name in ("level", "role", "logger", "message")} == {
        "info",
        "projector",
        "hub.test",
        "batch applied",
    }
    assert line["sequence"] == 12


def test_a_field_cannot_pass_itself_off_as_the_message():
    record = logging.makeLogRecord({"msg": "true words", "name": "hub", "role": "forged"})
    assert json.loads(JsonFormatter("api").format(record))["role"] == "api"
