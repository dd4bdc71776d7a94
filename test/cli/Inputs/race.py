"""race.py ATTNC SPEC FOLDER - processes that compile one spec at once, and one that is killed while it does.

Exactly one of several builds; a killed one leaves a cache that the next process can use.
"""

import json
import os
import shutil
import subprocess
import sys
import time

attnc, spec, folder = sys.argv[1:4]
shutil.rmtree(folder, ignore_errors=True)
environment = dict(os.environ, ATTNC_CACHE_DIR=folder)


def start():
    return subprocess.Popen([attnc, "compile", spec, "--json"], env=environment, stdout=subprocess.PIPE)


def source(process):
    output = process.communicate()[0]
    assert process.returncode == 0, process.returncode
    return json.loads(output)["source"]


killed = 0
for delay in (0.01, 0.05, 0.1, 0.2, 0.3):
    process = start()
    time.sleep(delay)
    process.kill()
    killed += process.wait() != 0
assert killed > 0, "no process was still at work when it was killed"

shutil.rmtree(folder)
sources = sorted(source(process) for process in [start() for _ in range(4)])
assert sources == ["built", "disk", "disk", "disk"], sources
print("killed and raced")
