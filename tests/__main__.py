"""All tests: `python -m tests [options of pytest]`. Those in browsers run beside the others; then, alone, those that
measure."""

import subprocess
import sys
import tempfile
from typing import IO

import pytest


def main(options: list[str]) -> int:
    """Run them and return how that ended. It is no failure that some parts have nothing to run."""
    with tempfile.TemporaryFile() as told:
        browsers = _start("browser and not alone", options, told)
        others = _start("not browser and not alone and not faults", options).wait()
        codes = [others, browsers.wait()]
        told.seek(0)
        sys.stdout.buffer.write(told.read())
        sys.stdout.flush()
    codes.append(_start("alone", options).wait())
    failures = [code for code in codes if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)]
    return failures[0] if failures else min(codes)


def _start(which: str, options: list[str], output: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "pytest", "-m", which, *options], stdout=output)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:  # pytest has said so
        sys.exit(pytest.ExitCode.INTERRUPTED)
