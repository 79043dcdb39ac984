"""The ports of local servers."""

import subprocess
import sys

from deploy.local.settings import ROOT, any_free_port

# It looks at that port first.
ASKED = """
import secrets
from deploy.local.settings import any_free_port

first, randbelow = [{port} - 20000], secrets.randbelow
secrets.randbelow = lambda below: first.pop() if first else randbelow(below)
print(any_free_port())
"""


def test_no_other_process_is_given_a_port_as_long_as_this_one_may_use_it() -> None:
    port = any_free_port()
    command = [sys.executable, "-c", ASKED.format(port=port)]
    given = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(given.stdout) != port
