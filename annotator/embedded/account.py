"""Who the embedded servers run as, and which directories that account can reach.

PostgreSQL refuses to run as root. Started by root, both servers run under a user id of their own,
which no other program of the machine has; started by anybody else, under that person's id.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from annotator.embedded.process import EmbeddedError

# In Debian's reserved range, outside systemd's dynamic one, and below 65536, so that it exists in
# a container's user namespace too. It needs no line in /etc/passwd.
SERVER_UID = 65531
NOBODY_UID = 65534
SHARED_HOME = Path("/var/lib/labelmill")


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int

    def spawn_arguments(self) -> dict[str, object]:
        """What subprocess needs to become this account; nothing when we already are."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, directory: Path) -> None:
        """Give the whole tree to this account and close its top to everybody else."""
        if self.uid != os.geteuid():
            os.chown(directory, self.uid, self.gid)
            for folder, names, files in os.walk(directory):
                for name in (*names, *files):
                    os.chown(Path(folder) / name, self.uid, self.gid, follow_symlinks=False)
        directory.chmod(0o700)

    def can_reach(self, path: Path) -> bool:
        """Ask the kernel, as this account, so that groups, ACLs and mounts all count."""
        if self.uid == os.geteuid():
            return True
        test = ["/usr/bin/test", "-x", str(path)]
        return subprocess.run(test, check=False, **self.spawn_arguments()).returncode == 0  # type: ignore[call-overload, no-any-return]


def server_account() -> Account:
    if os.geteuid() == 0:
        return Account(uid=SERVER_UID, gid=SERVER_UID)
    return Account(uid=os.geteuid(), gid=os.getegid())


def reachable_directory(wanted: Path, *, account: Account) -> Path:
    """`wanted`, or a stand-in below /var/lib when root keeps its parents shut.

    A checkout in root's own home is closed to the servers' account. Opening it would open it to the
    whole machine, so the servers' files move out instead, and `<wanted>.location` says where to, to
    the next start and to a person.
    """
    wanted = wanted.absolute()
    wanted.parent.mkdir(parents=True, exist_ok=True)
    moved = wanted.with_name(f"{wanted.name}.location")
    if moved.exists():
        return Path(moved.read_text().strip())
    if account.can_reach(wanted.parent):
        wanted.mkdir(mode=0o700, exist_ok=True)
        return wanted
    name = f"{wanted.name}-{sha256(os.fsencode(wanted)).hexdigest()[:12]}"
    stand_in = _shared_home() / name
    stand_in.mkdir(mode=0o700, exist_ok=True)
    moved.write_text(f"{stand_in}\n")
    return stand_in


def reachable_program(folder: Path, *, name: str, program: str, account: Account) -> Path:
    """The folder that holds bin/`program`, or a copy of it that the account can execute."""
    if account.can_reach(folder / "bin" / program):
        return folder
    copy = _shared_home() / name
    if not copy.exists():
        fresh = copy.with_name(f"{name}.{os.getpid()}")
        shutil.copytree(folder, fresh)
        for path in (fresh, *fresh.rglob("*")):
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            fresh.rename(copy)
        except OSError:  # somebody else was quicker with the same copy
            shutil.rmtree(fresh)
    return copy


def _shared_home() -> Path:
    try:
        SHARED_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(
            f"The embedded servers need a directory that their own account can reach, and {SHARED_HOME} "
            f"cannot be made ({error.strerror}). Move the checkout out of root's home, or set "
            "LABELMILL_HOME to a directory everybody may enter."
        ) from error
    SHARED_HOME.chmod(0o755)
    return SHARED_HOME
