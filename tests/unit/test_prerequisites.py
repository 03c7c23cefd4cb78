"""What is missing is said in one sentence that says what to install."""

from pathlib import Path

import pytest

from contracts.errors import Unavailable
from hub.servers import account, programs
from hub.servers.paths import DataFolder, make_folder, read_secret


def installed(monkeypatch: pytest.MonkeyPatch, folder: Path, *versions: int, postgis: bool) -> None:
    """Makes the search see these installations only."""
    monkeypatch.setattr(programs, "bin_folders", lambda: [folder / str(version) for version in versions])
    monkeypatch.setattr(programs, "version_of", lambda found: int(found.name))
    monkeypatch.setattr(programs, "share_folder", lambda found, major: folder / f"share-{major}")
    for version in versions if postgis else ():
        extension = folder / f"share-{version}" / "extension"
        extension.mkdir(parents=True)
        (extension / "postgis.control").touch()


@pytest.mark.parametrize(
    ("versions", "postgis", "major", "sentence"),
    [
        ((), False, None, "PostgreSQL was not found; install PostgreSQL 15 or newer with PostGIS"),
        ((13,), True, None, "PostgreSQL 13 is too old; install PostgreSQL 15 or newer with PostGIS"),
        (
            (15, 16),
            False,
            None,
            "PostgreSQL 16 is installed without PostGIS; install postgresql-16-postgis-3",
        ),
        (
            (16,),
            True,
            15,
            "was made by PostgreSQL 15, which is not installed; install postgresql-15 and postgresql-15-postgis-3",
        ),
    ],
)
def test_a_missing_database_program(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    versions: tuple[int, ...],
    postgis: bool,
    major: int | None,
    sentence: str,
):
    installed(monkeypatch, tmp_path, *versions, postgis=postgis)
    with pytest.raises(Unavailable) as caught:
        programs.find_postgres(major)
    assert sentence in caught.value.message_en
    assert caught.value.code == "POSTGRES_MISSING"


def test_the_newest_installation_serves_unless_the_cluster_asks_for_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    installed(monkeypatch, tmp_path, 15, 17, 16, postgis=True)
    assert programs.find_postgres().major == 17
    assert programs.find_postgres(15).major == 15


def test_a_missing_nats_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(programs.sys, "prefix", str(tmp_path))
    monkeypatch.setattr(programs, "packaged_nats", list)
    monkeypatch.setattr(programs.shutil, "which", lambda name: None)
    with pytest.raises(Unavailable, match="nats-server was not found; run scripts/run"):
        programs.find_nats()


def test_a_folder_that_the_database_may_not_enter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(account.os, "geteuid", lambda: 0)
    monkeypatch.setattr(account.os, "chown", lambda *words: None)
    monkeypatch.setattr(account, "unprivileged_ids", lambda: (65534, 65534))
    monkeypatch.setattr(account, "can_work", lambda prefix, folder: False)
    with pytest.raises(
        Unavailable, match=r"cannot enter .*; choose a data folder that all users may pass through"
    ):
        account.database_account(tmp_path)


def test_a_data_folder_that_cannot_be_made(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match=r"cannot be used .*; choose another with --data DIR"):
        make_folder(DataFolder(tmp_path / "file" / "data"))


def test_a_lost_secret_is_named(tmp_path: Path):
    folder = DataFolder(tmp_path / "data")
    make_folder(folder)
    with pytest.raises(Unavailable, match="secrets/master_key cannot be read"):
        read_secret(folder, "master_key")
