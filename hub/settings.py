"""Settings: `HUB_*` variables become one frozen struct here, and nowhere else is the environment read.

`VARIABLES` is the whole list; docs/operations.md explains each (a test compares the two).
"""

import dataclasses
import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from contracts.errors import InvalidInput
from hub.master_keys import read_keys

PREFIX = "HUB_"
SECRETS = ("NATS_PASSWORD", "DATABASE_URL", "MASTER_KEY", "PSEUDONYM_KEY")
PLAIN = (
    "DATA_DIR",
    "NATS_URL",
    "NATS_PORT",
    "NATS_USER",
    "HOST",
    "PORT",
    "PROVINCE",
    "STREAM_REPLICAS",
    "LOG_LEVEL",
    "LOG_FORMAT",
    "HOLD_PERCENT",
    "UPLOAD_MIB",
    "RATE",
)
VARIABLES = tuple(
    sorted([PREFIX + name for name in PLAIN + SECRETS] + [f"{PREFIX}{name}_FILE" for name in SECRETS])
)
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")


class Secret(str):
    """Text that can be used as any other and prints as '***' in representations and tracebacks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that can be set from outside. An unset URL means that the hub starts that server itself."""

    data_dir: Path
    nats_url: Secret | None = None
    nats_port: int | None = None
    nats_user: str | None = None
    nats_password: Secret | None = None
    database_url: Secret | None = None
    master_key: Secret | None = None
    pseudonym_key: Secret | None = None
    host: str = "127.0.0.1"
    port: int = 8080
    province: str = "32"
    stream_replicas: int = 1
    log_level: str = "info"
    log_format: str = "text"
    hold_percent: int = 20
    upload_mib: int = 512
    rate: int = 500


def read_environment() -> dict[str, str]:
    """The process's environment, for `read_settings`."""
    return dict(os.environ)


def read_settings(
    env: Mapping[str, str],
    *,
    data_dir: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    log_level: str | None = None,
    log_format: str | None = None,
) -> Settings:
    """Settings out of `env`; what is given by keyword (the command line) wins over a variable.

    Raises:
        InvalidInput: A value cannot be used, or a `HUB_` variable is unknown. The sentence names the variable.
    """
    refuse_unknown(env)
    given = {name.removeprefix(PREFIX): value.strip() for name, value in env.items() if value.strip()}
    overrides = {"HOST": host, "PORT": port, "LOG_LEVEL": log_level, "LOG_FORMAT": log_format}
    given |= {name: str(value) for name, value in overrides.items() if value is not None}
    folder = data_dir if data_dir is not None else Path(given.get("DATA_DIR", ".data"))
    return Settings(
        data_dir=folder.expanduser().absolute(),
        nats_url=_nats_url(given.get("NATS_URL")),
        nats_port=_whole_number(given["NATS_PORT"], "NATS_PORT", 1, 65535) if "NATS_PORT" in given else None,
        nats_user=given.get("NATS_USER"),
        nats_password=_secret(given, "NATS_PASSWORD"),
        database_url=_database_url(_secret(given, "DATABASE_URL")),
        master_key=_master_keys(given),
        pseudonym_key=_key(given, "PSEUDONYM_KEY"),
        host=given.get("HOST", "127.0.0.1"),
        port=_whole_number(given.get("PORT", "8080"), "PORT", 1, 65535),
        province=_province(given.get("PROVINCE", "32")),
        stream_replicas=_whole_number(given.get("STREAM_REPLICAS", "1"), "STREAM_REPLICAS", 1, 5),
        log_level=_choice(given.get("LOG_LEVEL", "info"), "LOG_LEVEL", LOG_LEVELS),
        log_format=_choice(given.get("LOG_FORMAT", "text"), "LOG_FORMAT", LOG_FORMATS),
        hold_percent=_whole_number(given.get("HOLD_PERCENT", "20"), "HOLD_PERCENT", 0, 100),
        upload_mib=_whole_number(given.get("UPLOAD_MIB", "512"), "UPLOAD_MIB", 1, 1024),
        rate=_whole_number(given.get("RATE", "500"), "RATE", 1, 100_000),
    )


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment for a process of the same hub: ours, with what the command line decided written into it."""
    decided = {
        "DATA_DIR": str(settings.data_dir),
        "HOST": settings.host,
        "PORT": str(settings.port),
        "LOG_LEVEL": settings.log_level,
        "LOG_FORMAT": settings.log_format,
    }
    return (
        read_environment()
        | {PREFIX + name: value for name, value in decided.items()}
        | {"PYTHONUNBUFFERED": "1"}
    )


def hand_on(settings: Settings) -> None:
    """Let the processes that this one starts find what the command line decided in their environment."""
    os.environ.update(child_environment(settings))


def refuse_unknown(env: Mapping[str, str]) -> None:
    """Raises InvalidInput for a `HUB_` variable that is no setting: most often a misspelt one that would be ignored."""
    for name in sorted(env):
        if name.startswith(PREFIX) and name not in VARIABLES:
            near = difflib.get_close_matches(name, VARIABLES, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; the settings are {', '.join(VARIABLES)}"
            raise _unusable(name, f"{name} is not a setting of the hub{hint}", f"ไม่รู้จักการตั้งค่า {name}")


def _unusable(name: str, message_en: str, message_th: str) -> InvalidInput:
    return InvalidInput(message_en, code="SETTING_INVALID", message_th=message_th, path=name)


def _bad(name: str, wanted: str) -> InvalidInput:
    variable = PREFIX + name
    return _unusable(variable, f"{variable} must be {wanted}", f"ค่าของ {variable} ใช้ไม่ได้")


def _secret(given: Mapping[str, str], name: str) -> Secret | None:
    file = given.get(f"{name}_FILE")
    if file is None:
        return Secret(given[name]) if name in given else None
    if name in given:
        raise _bad(name, f"given either as {PREFIX}{name} or as {PREFIX}{name}_FILE, not both")
    try:
        return Secret(Path(file).expanduser().read_text("utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(f"{name}_FILE", f"the path of a readable text file ({file} is not)") from error


def _key(given: Mapping[str, str], name: str) -> Secret | None:
    key = _secret(given, name)
    if key is not None and not re.fullmatch(r"[0-9a-f]{64}", key):
        raise _bad(name, "32 random bytes as 64 hexadecimal digits, e.g. made by `openssl rand -hex 32`")
    return key


def _master_keys(given: Mapping[str, str]) -> Secret | None:
    keys = _secret(given, "MASTER_KEY")
    if keys is not None and not read_keys(keys):
        raise _bad(
            "MASTER_KEY",
            "32 random bytes as 64 hexadecimal digits, e.g. made by `openssl rand -hex 32` (several, separated by commas, while it is exchanged)",
        )
    return keys


def _nats_url(text: str | None) -> Secret | None:
    """One URL, or several separated by commas (the nodes of a cluster)."""
    for part in text.split(",") if text else ():
        try:
            split = urlsplit(part.strip())
            usable = split.scheme in {"nats", "tls"} and bool(split.hostname) and (split.port or 4222) > 0
        except ValueError:
            usable = False
        if not usable:
            raise _bad("NATS_URL", "nats://host:port, or several of them separated by commas")
    return Secret(text) if text else None


def _database_url(secret: Secret | None) -> Secret | None:
    if secret is not None and not secret.startswith(("postgresql://", "postgres://")):
        raise _bad("DATABASE_URL", "a URL like postgresql://user:password@host:5432/database")
    return secret


def _whole_number(text: str, name: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or not least <= int(text) <= most:
        raise _bad(name, f"a whole number from {least} to {most} (it is {text!r})")
    return int(text)


def _choice(text: str, name: str, choices: tuple[str, ...]) -> str:
    if text.lower() not in choices:
        raise _bad(name, f"one of {', '.join(choices)} (it is {text!r})")
    return text.lower()


def _province(text: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]", text):
        raise _bad("PROVINCE", f"a province code of two digits, such as 32 for Surin (it is {text!r})")
    return text
