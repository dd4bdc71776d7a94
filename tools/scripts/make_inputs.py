"""make_inputs.py - real .npy tensors for a spec, and the options that hand them to attnc.

Reads the kernel's signature from `attnc compile --json`; knows no layout but the naming rule of `attnc run`: cu_S
holds cumulative lengths of the sequence S, S_lens lengths, S_len the longest.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import numpy as np

LENGTHS = {"q": [300, 17, 128], "kv": [300, 90, 128]}
FLOATS = ("f16", "bf16", "f32")


def signature(attnc, spec):
    run = subprocess.run([attnc, "compile", spec, "--json"], stdout=subprocess.PIPE, check=False)
    if run.returncode != 0:
        sys.exit(f"{attnc} compile {spec} exited with {run.returncode}")
    return json.loads(run.stdout)["program"]


def extent(axis, dims):
    """An integer, a dim, or "dim + integer"."""
    name, _, offset = axis.partition(" + ")
    return (dims[name] if name in dims else int(name)) + int(offset or 0)


def make(sig, dims, generator):
    name, dtype = sig["name"], sig["dtype"]
    for sequence, lengths in LENGTHS.items():
        if name == f"cu_{sequence}":
            return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        if name == f"{sequence}_lens":
            return np.array(lengths, np.int32)
    shape = [extent(axis, dims) for axis in sig["shape"]]
    if dtype in FLOATS:
        return generator.standard_normal(shape).astype(np.float32)
    if dtype == "bool":
        return generator.random(shape) < 0.75
    return generator.integers(0, 100, shape).astype(np.int32)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spec")
    parser.add_argument("--attnc", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    options = parser.parse_args()

    program = signature(options.attnc, options.spec)
    dims = {"batch": len(LENGTHS["q"])}
    for sequence, lengths in LENGTHS.items():
        dims[f"{sequence}_len"] = max(lengths)
        dims[f"total_{sequence}"] = sum(lengths)

    inputs = [sig for sig in program["tensors"] if not sig["output"]]
    names = {sig["name"] for sig in inputs}
    generator = np.random.default_rng(1)
    run = []
    for sig in inputs:
        path = options.out / f"{sig['name']}.npy"
        tensor = make(sig, dims, generator)
        np.save(path, tensor)
        run += ["--input", f"{sig['name']}={path}"]
        print(f"  {path}: {tensor.dtype} {list(tensor.shape)}")

    scalars = []
    for sig in program["scalars"]:
        if sig["required"]:
            scalars += ["--param", f"{sig['name']}={1 if sig['dtype'] == 'f32' else 16}"]
    shapes = ["--dim", f"batch={dims['batch']}"]
    for sequence, lengths in LENGTHS.items():
        if f"cu_{sequence}" in names or f"{sequence}_lens" in names:
            shapes += ["--lens", f"{sequence}={','.join(map(str, lengths))}"]
        else:
            shapes += ["--dim", f"{sequence}_len={dims[sequence + '_len']}"]
    (options.out / "run.args").write_text("\n".join(run + scalars) + "\n")
    (options.out / "explain.args").write_text("\n".join(shapes + scalars) + "\n")


if __name__ == "__main__":
    main()
