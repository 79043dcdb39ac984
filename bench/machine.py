"""CPU time and memory of the suite's processes, read from /proc.

CPU time is user and system time of a process with all its threads. What the kernel does on behalf of nobody (writing
to the disk, mostly) is in no process and not counted; that it is small shows in `others`.
"""

import os
from pathlib import Path
from time import perf_counter

from msgspec import Struct

PARTS: tuple[str, ...] = ("gateway", "chat", "auth", "presence", "mariadb", "redis", "nats")
GENERATOR = "generator"
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PROGRAMS = {"mariadbd": "mariadb", "redis-server": "redis", "nats-server": "nats"}


class Process(Struct, frozen=True):
    """A child of this process that is part of the suite or a load generator."""

    pid: int
    part: str

    def cpu(self) -> float:
        """Seconds of CPU so far."""
        fields = _stat(self.pid)
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> int:
        """Resident bytes."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the program's name, which may hold spaces."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def children() -> list[Process]:
    """The processes of the suite and the load generators: all that this process started and that still run."""
    found: list[Process] = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if int(_stat(int(folder.name))[1]) != os.getpid():
                continue
            words = folder.joinpath("cmdline").read_bytes().decode().split("\0")
        except OSError:  # it has ended meanwhile
            continue
        if part := _part(words):
            found.append(Process(int(folder.name), part))
    return found


def _part(words: list[str]) -> str:
    if "bench.generator" in words:
        return GENERATOR
    for word in words:
        if word.startswith("services."):
            return word.removeprefix("services.")
    return _PROGRAMS.get(Path(words[0].split(" ")[0]).name, "")


class Sample(Struct, frozen=True):
    """What had been used at one moment."""

    at: float
    cpu: dict[int, float]
    parts: dict[int, str]
    busy: float
    """Seconds of CPU that all cores together have spent on anything."""


def sample() -> Sample:
    """Look now."""
    processes = children()
    return Sample(
        at=perf_counter(),
        cpu={process.pid: process.cpu() for process in processes},
        parts={process.pid: process.part for process in processes},
        busy=_busy(),
    )


def _busy() -> float:
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    idle = fields[3] + fields[4]
    return (sum(fields[:8]) - idle) / _TICKS


class Used(Struct, frozen=True):
    """What was used between two samples."""

    seconds: float
    parts: dict[str, float]
    """Seconds of CPU by part of the suite."""
    generators: list[float]
    """The share of one core that each load generator used."""
    others: float
    """Cores that went to neither: other programs, the kernel's own threads, the hypervisor."""

    @property
    def suite(self) -> float:
        """Seconds of CPU of the whole suite."""
        return sum(self.parts.values())


def between(before: Sample, after: Sample) -> Used:
    """What the processes that still run used meanwhile; one that is new, all that it has used."""
    seconds = after.at - before.at
    parts = dict.fromkeys(PARTS, 0.0)
    generators: list[float] = []
    for pid, cpu in after.cpu.items():
        used = cpu - before.cpu.get(pid, 0.0)
        if after.parts[pid] == GENERATOR:
            generators.append(used / seconds)
        else:
            parts[after.parts[pid]] += used
    own = sum(parts.values()) + sum(generators) * seconds
    return Used(
        seconds=seconds,
        parts=parts,
        generators=generators,
        others=max(0.0, (after.busy - before.busy - own) / seconds),
    )


def memory_of(part: str) -> int:
    """Resident bytes of the one process that is `part`; of the newest, if there are several."""
    newest = max((process for process in children() if process.part == part), key=lambda process: process.pid)
    return newest.memory()
