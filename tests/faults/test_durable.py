"""What was acknowledged is on the disk; and a disk that is full loses nothing either."""

import asyncio
import contextlib
import os
import random
import re
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from dialog.protocol.accounts import EditProfile
from dialog.protocol.messages import SendMessage
from tests.faults.conftest import Figures
from tests.faults.history import Outcome
from tests.faults.load import Load
from tests.faults.stage import Stage
from tests.patience import PATIENCE, timed, within
from tests.servers import Servers

SENDS = 50
DEADLINE = 6.0
"""`command_timeout` and the gateway's margin, in seconds."""
RECOVERY = 10.0
DISKS = {"mariadb": 400, "nats": 16}
"""Megabytes: what an empty MariaDB takes, and room for ballast."""


# --- fsync


@contextmanager
def syncs_traced(pid: int, path: Path) -> Generator[None]:
    """Have strace write down each fsync and fdatasync of a process, with the time of day."""
    command = ["strace", "-f", "-ttt", "-e", "trace=fsync,fdatasync", "-o", str(path), "-p", str(pid)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr is not None
        first = tracer.stderr.readline()
        if "attached" not in first:
            pytest.skip(f"strace may not attach here: {first.strip()}")
        try:
            yield
        finally:
            tracer.terminate()
            tracer.wait(10)


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed: apt-get install strace")
async def test_a_sync_to_disk_lies_between_each_send_and_its_answer(
    stage: Stage, rng: random.Random, figures: Figures, tmp_path: Path
) -> None:
    async with Load(stage, rng) as load:
        mariadb = stage.suite.processes["mariadb"]
        trace = tmp_path / "syncs"
        spans: list[tuple[float, float]] = []
        with syncs_traced(mariadb.pid, trace):
            await asyncio.sleep(0.2)
            for number in range(SENDS):
                began = time.time()
                await load.writers[0].call(SendMessage(chat_id=load.chats[0], nonce=f"n{number}", text="durable?"))
                spans.append((began, time.time()))
        times = [float(at) for at in re.findall(r"^\d+ +(\d+\.\d+) f(?:data)?sync\(", trace.read_text(), re.MULTILINE)]
        counts = [sum(began <= at <= ended for at in times) for began, ended in spans]
        assert min(counts) >= 1, f"answered without a sync: {counts}"
        figures(f"{SENDS} sends, {min(counts)} to {max(counts)} syncs between each and its answer")


# --- a full disk


def mount(folder: Path, megabytes: int) -> str:
    """Make `folder` a small disk. Returns what kept us from it, if anything."""
    folder.mkdir(mode=0o700)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr.strip()


def unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", str(folder)], check=False)
    shutil.rmtree(folder.parent, ignore_errors=True)


@pytest.fixture(scope="module")
async def small_disks() -> AsyncIterator[Stage]:
    """A suite of its own whose MariaDB and NATS each keep their data on a small disk."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    with ExitStack() as mounts:
        servers = Servers()
        for name, megabytes in DISKS.items():
            mounts.callback(unmount, servers.folder / name)
            if why_not := mount(servers.folder / name, megabytes):
                pytest.skip(f"no disk can be mounted here: {why_not}")
        async with servers, Stage(servers, replicas=1) as stage:
            yield stage


@contextmanager
def full(folder: Path) -> Generator[None]:
    """No byte is free on the disk of `folder`."""
    ballast = folder / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file:
            for size in (65536, 4096):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(size))
        yield
    finally:
        ballast.unlink(missing_ok=True)


@timed
async def test_a_full_disk_refuses_and_forgets_nothing(
    small_disks: Stage, rng: random.Random, figures: Figures
) -> None:
    stage = small_disks
    async with Load(stage, rng) as load:
        async with load.running():
            await asyncio.sleep(1)
            with full(stage.servers.folder / "mariadb"):
                taken = await until_refused(load)
                await asyncio.sleep(2)
            # MariaDB may have ended itself for want of room: whoever makes room starts it again.
            stage.suite.kill("mariadb")
            await stage.suite.restart("mariadb")
            with within(RECOVERY):
                await load.posted(load.writers[0], load.chats[0], "there is room again")
        took = await load.settle()
        load.verify()
        figures(f"MariaDB: {taken} large messages taken, then refused; {load.figures()}, settled within {took:.1f} s")


async def until_refused(load: Load) -> int:
    """Send large messages, each answered in time, until one is not taken. Returns how many were."""
    for number in range(2000):
        with within(DEADLINE):
            send = await load.post_once(load.writers[0], load.chats[0], text="x" * 8000, timeout=PATIENCE)
        if send.outcome is not Outcome.OK:
            return number
    raise AssertionError("the disk is not full")


async def test_a_full_disk_of_nats_stops_no_message(small_disks: Stage, rng: random.Random, figures: Figures) -> None:
    stage = small_disks
    async with Load(stage, rng) as load:
        with full(stage.servers.folder / "nats"):
            async with load.running():
                await asyncio.sleep(2)
                async with asyncio.timeout(PATIENCE):
                    while load.history.count(Outcome.OK) <= 10:
                        await asyncio.sleep(0.1)
            acknowledged = load.history.count(Outcome.OK)
        await stage.suite.restart("nats")
        await load.insist(load.writers[0], EditProfile(description="after"))
        took = await load.settle()
        load.verify()
        figures(f"NATS: {acknowledged} acknowledged while full, {load.figures()}, settled within {took:.1f} s")
