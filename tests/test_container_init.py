"""What the image starts is the first process of a container: it has to bury orphans, and to end when it is told to."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.needs import need

ROOT = Path(__file__).resolve().parents[1]
NAMESPACE = ("unshare", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc")

SERVICE = """
    import contextlib, os, sys, time

    def orphans():
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            if int(name) not in (1, os.getpid()):
                with contextlib.suppress(FileNotFoundError, ProcessLookupError), open(f"/proc/{name}/stat") as file:
                    found.append(file.read().rpartition(")")[2].split()[0])
        return found

    # a helper that dies before the one it has started: as a pipeline that is killed while it looks for plug-ins
    if os.fork() == 0:
        if os.fork() == 0:
            os._exit(0)
        os._exit(0)
    os.wait()
    give_up = time.monotonic() + float(sys.argv[1])
    while orphans() and time.monotonic() < give_up:
        time.sleep(0.05)
    print("orphans left:", orphans(), flush=True)
    time.sleep(60)
"""


def entry_point() -> list[str]:
    """What the image starts, with what follows in place of `dms`."""
    text = (ROOT / "packaging/container/Containerfile").read_text()
    *init, program = json.loads(re.findall(r"^ENTRYPOINT (.*)$", text, re.MULTILINE)[-1])
    assert program == "/usr/local/bin/dms"
    need("init", None if all(shutil.which(each) for each in init if each.startswith("/")) else f"there is no {init}")
    return list(init)


@contextmanager
def container(*init: str, patience_s: float) -> Iterator[subprocess.Popen[str]]:
    """A process namespace in which `init` starts the service above."""
    if subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not make a namespace of its own")
    command = [*NAMESPACE, *init, sys.executable, "-c", textwrap.dedent(SERVICE), str(patience_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def first_inside(process: subprocess.Popen[str]) -> int:
    """The first process of the namespace, by its number outside."""
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])


def test_the_image_buries_orphans_and_ends_at_the_first_word() -> None:
    with container(*entry_point(), patience_s=60.0) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "orphans left: []\n"
        subprocess.run(["kill", "-TERM", str(first_inside(process))], check=True)
        assert process.wait(60) == 128 + signal.SIGTERM


def test_without_it_neither_would_be_so() -> None:
    """Or else the test above would prove nothing: a service that is the first process keeps the orphan, and is deaf at first."""
    with container(patience_s=0.3) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "orphans left: ['Z']\n"
        subprocess.run(["kill", "-TERM", str(first_inside(process))], check=True)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.2)
