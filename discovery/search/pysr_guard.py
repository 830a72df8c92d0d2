"""Runs a command that must not outlive its parent: ``python -m discovery.search.pysr_guard COMMAND ...``.

The parent starts this in a process group of its own and holds the other end of standard input. However the parent
ends, the system closes that end; the guard then reads end-of-file and kills the group. (Julia holds Python's lock
while it searches, so the worker cannot watch by itself.)
"""

import os
import signal
import subprocess
import sys
import threading


def main() -> int:
    """The exit status of the command, as a shell would give it."""
    worker = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    status = worker.wait()
    return status if status >= 0 else 128 - status


def _end_with_parent() -> None:
    while os.read(0, 1):  # not sys.stdin, whose lock would be held at the guard's own end
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
