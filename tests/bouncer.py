"""A private PgBouncer in transaction mode before a private PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import psycopg2

from annotator.embedded.account import Account, server_account
from annotator.embedded.process import wait_until

PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin:/usr/local/sbin")
PORT = 6432
# As docker-compose.yml has it, with so few connections that clients must share them.
CONFIGURATION = """
[databases]
* = host={host} port=5432
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = {port}
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = transaction
max_client_conn = 1000
default_pool_size = {servers}
server_reset_query =
logfile = {folder}/log
pidfile =
"""


@contextmanager
def bouncer(database_url: str, *, folder: Path, servers: int) -> Iterator[str]:
    """PgBouncer with at most `servers` connections to each database; yields its URL."""
    assert PROGRAM is not None
    parts = urlsplit(database_url)
    assert parts.username is not None
    assert parts.password is not None
    (folder / "users").write_text(f'"{unquote(parts.username)}" "{unquote(parts.password)}"\n')
    host = parse_qs(parts.query)["host"][0]
    settings = CONFIGURATION.format(host=host, folder=folder, port=PORT, servers=servers)
    (folder / "pgbouncer.ini").write_text(settings)
    account = server_account()
    account.own(folder)
    process = spawn([PROGRAM, "-q", str(folder / "pgbouncer.ini")], account)
    url = parts._replace(query=f"host={quote(str(folder))}&port={PORT}").geturl()
    try:
        assert wait_until(lambda: _answers(url), process=process, seconds=20), (folder / "log").read_text()
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def spawn(command: list[str], account: Account) -> subprocess.Popen[bytes]:
    if account.uid == os.geteuid():
        return subprocess.Popen(command)
    return subprocess.Popen(command, user=account.uid, group=account.gid, extra_groups=[])


def _answers(url: str) -> bool:
    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True
