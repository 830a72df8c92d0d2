"""One run at a time in a folder: a lock that the system takes back however its holder ends."""

from __future__ import annotations

import errno
import os
import platform
import stat
from pathlib import Path

from discovery.errors import UsageError


class Lock:
    """Held until it is released or collected, or the process ends, be it by ``kill -9``; so no lock is ever stale."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Lets others in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    __del__ = release


def take(path: Path) -> Lock:
    """The lock on a folder whose lock file is ``path``.

    A process that holds it already is let in again. Where the system knows no locks on files, nobody is kept out.

    Raises:
        UsageError: another process holds it, or no plain file is in its place.
    """
    try:
        import fcntl
    except ImportError:
        return Lock(None)
    descriptor = _opened(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 200).decode(errors="replace")
        os.close(descriptor)
        if holder.split(maxsplit=1)[:1] == [str(os.getpid())]:
            return Lock(None)
        raise UsageError(
            f"{path.parent.parent} is in use by another run (process {holder or 'unknown'}). Wait until that has "
            "ended, or choose another folder with --out."
        ) from None
    except OSError:  # a file system without locks
        os.close(descriptor)
        return Lock(None)
    os.truncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()} on {platform.node()}".encode())
    return Lock(descriptor)


def _opened(path: Path) -> int:
    """A descriptor of the lock file, which is written to: a link in its place could lead to any file of the user."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            raise
    else:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor
        os.close(descriptor)
    raise UsageError(
        f"{path} is a link or no plain file, and nothing may be written there. Remove it, or choose another folder "
        "with --out."
    )
