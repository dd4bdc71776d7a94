"""catalog.py - every catalogue spec through NVRTC for every architecture, with its resources inside the limits.

usage: catalog.py ATTNC CATALOG_FOLDER
"""
import concurrent.futures
import itertools
import json
import pathlib
import subprocess
import sys

ARCHS = ("sm_75", "sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120")
# Opt-in dynamic shared memory of one block, CUDA C++ Programming Guide, table of compute capabilities.
SHARED_LIMIT = {"sm_75": 64, "sm_80": 163, "sm_86": 99, "sm_89": 99, "sm_90": 227, "sm_100": 227, "sm_120": 99}
LEAST_SPECS = 25
REFUSED = 3  # exit code: not supported by this architecture
JOBS = 2


def problems(kernel, arch):
    for key in ("spill_load_bytes", "spill_store_bytes", "stack_bytes"):
        if kernel[key] != 0:
            yield f"expected no {key}, got {kernel[key]}"
    if kernel["dynamic_shared_bytes"] > SHARED_LIMIT[arch] * 1024:
        yield f"expected at most {SHARED_LIMIT[arch]} KiB shared, got {kernel['dynamic_shared_bytes']} bytes"
    if kernel["registers"] * kernel["threads"] > 65536:
        yield f"expected registers for one block, got {kernel['registers']} x {kernel['threads']}"


def check(attnc, spec, arch):
    run = subprocess.run([attnc, "explain", str(spec), "--arch", arch, "--json"], capture_output=True, text=True)
    text = spec.read_text()
    if arch == "sm_75" and "\nfallback: plain" not in text and "\nphase: append" not in text:  # nothing is multiplied there
        return [] if run.returncode == REFUSED else [f"expected exit code {REFUSED} without a fallback, got {run.returncode}"]
    if run.returncode:
        return [run.stderr or run.stdout]
    kernels = json.loads(run.stdout)["kernels"]
    return [problem for kernel in kernels for problem in problems(kernel, arch)] if kernels else ["no kernel"]


def main(attnc, catalog):
    specs = sorted(pathlib.Path(catalog).glob("*.yaml"))
    failures = 0 if len(specs) >= LEAST_SPECS else 1
    builds = list(itertools.product(specs, ARCHS))
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for (spec, arch), found in zip(builds, pool.map(lambda build: check(attnc, *build), builds)):
            for problem in found:
                print(f"{spec.name} {arch}: {problem}")
            failures += bool(found)
    print(f"{len(builds)} builds, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
