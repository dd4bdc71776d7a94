"""expect.py CODE COMMAND...: runs the command; its output goes through, and its exit code must be CODE."""

import subprocess
import sys

code = subprocess.run(sys.argv[2:], check=False).returncode
if code != int(sys.argv[1]):
    sys.exit(f"expected exit code {sys.argv[1]}, got {code}: {' '.join(sys.argv[2:])}")
