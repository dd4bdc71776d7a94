"""traffic.py - every catalogue kernel: no bank conflict, and no more global memory traffic than its tiles need.

usage: traffic.py ATTNC ARCH SPEC...

Counts of `attnc profile` at 512 queries and keys. Sectors may exceed the compulsory ones and the re-reads of the tiling
by 5 %: lengths are a multiple of every tile, so what is beyond is waste. Inputs of masks and scores, and biases of q, k and v,
are read again by every tile and mostly hit caches, which the simulator has not: specs with such are printed and not
judged.
"""
import json
import subprocess
import sys

LENGTH = 512
MOST = 1.05
# A layout takes lengths of requests, or dims; the first that fits is the one.
SHAPES = (
    ["--lens", f"q={LENGTH}", "--lens", f"kv={LENGTH}"],
    ["--lens", f"q={LENGTH}"],
    ["--dim", "batch=1", "--dim", f"q_len={LENGTH}", "--lens", f"kv={LENGTH}"],
    ["--dim", "batch=1", "--dim", f"q_len={LENGTH}", "--dim", f"kv_len={LENGTH}"],
    ["--dim", "batch=1", "--dim", f"q_len={LENGTH}"],
)


def profile(attnc, arch, spec):
    for shape in SHAPES:
        run = subprocess.run([attnc, "profile", spec, "--arch", arch, "--json", *shape], capture_output=True, text=True)
        if run.returncode == 0:
            return json.loads(run.stdout)
    raise SystemExit(f"{spec}: no shape fits: {run.stdout}{run.stderr}")


def main():
    attnc, arch, *specs = sys.argv[1:]
    bad = 0
    for spec in specs:
        found = profile(attnc, arch, spec)
        shared = [kernel["shared"] for kernel in found["kernels"]]
        conflicts = sum(one["wavefronts"] - one["ideal_wavefronts"] for one in shared)
        ratio = found["memory"]["compulsory_and_rereads"]["sectors_over_this"]
        small = found["memory"]["not_counted"] or "qkv_bias" in found["memory"]["compulsory"]["tensors"]
        judged = not small and ratio is not None
        wrong = conflicts != 0 or (judged and ratio > MOST)
        bad += wrong
        name = spec.rsplit("/", 1)[-1]
        print(f"{name:32} conflicts {conflicts:6}  sectors/expected {ratio if ratio is None else round(ratio, 3)}"
              f"{'  WRONG' if wrong else '' if judged else '  not judged'}", flush=True)
    print(f"{len(specs)} specs, {bad} wrong")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
