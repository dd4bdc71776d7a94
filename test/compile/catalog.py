"""catalog.py - every catalogue spec through NVRTC for every architecture, with its resources inside the limits.

usage: catalog.py ATTNC CATALOG_FOLDER
"""
import json
import pathlib
import subprocess
import sys

ARCHS = ("sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120")
# Opt-in dynamic shared memory of one block, CUDA C++ Programming Guide, table of compute capabilities.
SHARED_LIMIT = {"sm_80": 163, "sm_86": 99, "sm_89": 99, "sm_90": 227, "sm_100": 227, "sm_120": 99}


def problems(kernel, arch):
    for key in ("spill_load_bytes", "spill_store_bytes", "stack_bytes"):
        if kernel[key] != 0:
            yield f"expected no {key}, got {kernel[key]}"
    if kernel["dynamic_shared_bytes"] > SHARED_LIMIT[arch] * 1024:
        yield f"expected at most {SHARED_LIMIT[arch]} KiB shared, got {kernel['dynamic_shared_bytes']} bytes"
    if kernel["registers"] * kernel["threads"] > 65536:
        yield f"expected registers for one block, got {kernel['registers']} x {kernel['threads']}"


def main(attnc, catalog):
    specs = sorted(pathlib.Path(catalog).glob("*.yaml"))
    failures = 0 if len(specs) >= 4 else 1
    for spec in specs:
        for arch in ARCHS:
            run = subprocess.run([attnc, "explain", str(spec), "--arch", arch, "--json"], capture_output=True, text=True)
            found = [run.stderr or run.stdout] if run.returncode else []
            if not found:
                kernels = json.loads(run.stdout)["kernels"]
                found = [p for kernel in kernels for p in problems(kernel, arch)] if kernels else ["no kernel"]
            for problem in found:
                print(f"{spec.name} {arch}: {problem}")
            failures += bool(found)
    print(f"{len(specs) * len(ARCHS)} builds, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
