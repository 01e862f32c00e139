"""What can be wrong before anything starts is said in one sentence."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.embedded import EmbeddedError, EmbeddedPostgres, node, valkey
from annotator.embedded.account import server_account
from annotator.embedded.process import does_not_start
from annotator.launch import backup, up
from annotator.launch.state import ROOT, State
from tests.servers import session_folder


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path / "home")
    state.open()
    return state


def test_used_port_names_itself_and_another() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(EmbeddedError, match=f"Port {port} .* `make up PORT={port + 1}`"):
            up.check_port("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.7", "no.such.host.invalid"])
def test_host_of_another_machine_is_not_blamed_on_the_port(host: str) -> None:
    with pytest.raises(EmbeddedError, match=f"HOST is '{host}', which is no address of this machine"):
        up.check_port(host, 8000)


def test_missing_folder_of_photographs_is_said_before_anything_starts(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LABELMILL_DEMO_IMAGES", str(tmp_path))
    up.check_photographs()
    monkeypatch.setenv("LABELMILL_DEMO_IMAGES", str(tmp_path / "none"))
    with pytest.raises(EmbeddedError, match="is no folder"):
        up.check_photographs()


@pytest.mark.parametrize("text", ["http", "0", "70000"])
def test_port_that_is_none_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(EmbeddedError, match="from 1 to 65535"):
        up._port()


def test_nearly_full_disk_is_refused_before_anything_is_written(state: State, monkeypatch) -> None:
    usage = shutil.disk_usage(state.home)._replace(free=12 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(EmbeddedError, match="Only 12 MB are free"):
        state.check_space()


def test_disk_that_fills_while_a_server_starts_is_called_full(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("FATAL: could not write lock file: No space left on device\n")
    assert "disk of /data is full" in str(does_not_start("PostgreSQL", directory=Path("/data"), log=log))


def test_second_instance_of_one_home_is_refused(state: State) -> None:
    state.lock()
    with pytest.raises(EmbeddedError, match=rf"already runs .* \(process {os.getpid()}\)"):
        State(state.home).lock()


def test_secret_is_kept_and_private(state: State) -> None:
    secret = state.secret("secret-key")
    assert len(secret) >= 50
    assert State(state.home).secret("secret-key") == secret
    assert (state.home / "secret-key").stat().st_mode & 0o777 == 0o600


def test_only_a_running_installation_tells_its_addresses(state: State) -> None:
    with pytest.raises(EmbeddedError, match="does not run"):
        state.running_environment()
    state.lock()
    state.remember({"DATABASE_URL": "postgresql://x", "PATH": "/bin"})
    assert State(state.home).running_environment() == {"DATABASE_URL": "postgresql://x"}
    assert (state.home / "environment.json").stat().st_mode & 0o777 == 0o600


def test_given_addresses_replace_the_embedded_servers(state: State, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/labelmill")
    monkeypatch.setenv("REDIS_URL", "redis://cache/0")
    servers: list = []
    environment = up.make_environment(state, servers=servers)
    assert servers == []
    assert environment["DATABASE_URL"] == "postgresql://db/labelmill"


def test_settings_refuse_to_load_without_a_secret_key() -> None:
    bare = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "annotator.settings"}
    asked = [sys.executable, "-c", "from django.conf import settings; settings.DEBUG"]
    answer = subprocess.run(asked, cwd=ROOT, env=bare, capture_output=True, text=True)
    assert answer.returncode != 0
    assert "Set LABELMILL_SECRET_KEY" in answer.stderr


@pytest.mark.parametrize(("said", "major"), [("v20.11.1", 20), ("v8.0.0", 8), ("nonsense", 0)])
def test_version_of_an_installed_node_is_read(said: str, major: int, tmp_path: Path, monkeypatch) -> None:
    program = tmp_path / "node"
    program.write_text(f"#!/bin/sh\necho {said}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert node.installed_node_version() == major


def test_machine_without_node_uses_the_wheel(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(node, "_wheel_folder", lambda: tmp_path / "wheel")
    assert node.npm_command() == [
        str(tmp_path / "wheel/bin/node"),
        str(tmp_path / "wheel/lib/node_modules/npm/bin/npm-cli.js"),
    ]
    assert node.node_environment()["PATH"].startswith(str(tmp_path / "wheel/bin"))


def test_too_old_python_gets_a_sentence(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit\nexit 1\n')
    old.chmod(0o755)
    answer = subprocess.run([ROOT / "scripts/check-python.sh", old], capture_output=True, text=True)
    assert answer.returncode == 1
    assert answer.stderr.startswith("Python 3.9.2 is too old: install Python 3.11")


def test_missing_python_gets_a_sentence() -> None:
    answer = subprocess.run([ROOT / "scripts/check-python.sh", ""], capture_output=True, text=True)
    assert answer.returncode == 1
    assert "install Python 3.11" in answer.stderr


def test_backup_brings_back_rows_and_files(tmp_path: Path) -> None:
    folder, storage = tmp_path / "backup", tmp_path / "storage"
    storage.mkdir()
    (storage / "image").write_bytes(b"pixels")
    with EmbeddedPostgres(session_folder() / "postgres", fsync=False) as postgres:
        environment = {"DATABASE_URL": postgres.url}
        with postgres.connect() as database, database.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        backup.backup(folder, environment=environment, storage=storage)
        with postgres.connect() as database, database.cursor() as cursor:
            cursor.execute("DELETE FROM kept")
        (storage / "image").unlink()
        backup.restore(folder, environment=environment, storage=storage)
        with postgres.connect() as database, database.cursor() as cursor:
            cursor.execute("SELECT answer FROM kept")
            assert cursor.fetchall() == [(42,)]
    assert (storage / "image").read_bytes() == b"pixels"


def test_backup_never_writes_over_another(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="exists already"):
        backup.backup(tmp_path, environment={}, storage=None)


def test_machine_without_a_fitting_wheel_uses_its_own_redis(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(valkey, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmbeddedError, match="set REDIS_URL"):
        valkey.valkey_program(account=server_account())
    (tmp_path / "redis-server").touch(mode=0o755)
    assert valkey.valkey_program(account=server_account()) == tmp_path / "redis-server"
