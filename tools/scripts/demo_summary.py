"""demo_summary.py - what tools/demo found, on one screen. Exits with 1 unless the results agree with the reference."""

import argparse
import json
import pathlib
import sys


RESULTS = {"passed": "every element is within its bound", "failed": "MISMATCH",
           "unchecked": "UNCHECKED: too few elements could be compared"}


def load(path):
    return json.loads(pathlib.Path(path).read_text())


def line(title, text):
    print(f"  {title:<12} {text}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compile", required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--explain", required=True)
    parser.add_argument("--cuda", required=True)
    parser.add_argument("--cubin", required=True)
    parser.add_argument("--seconds", required=True, type=int)
    options = parser.parse_args()
    compiled, run, explained = load(options.compile), load(options.run), load(options.explain)

    schedule, mask, check = explained["schedule"], explained["mask"], run["check"]
    print(f"{run['name']} for {run['arch']} on {run['device']}")
    line("schedule", ", ".join(f"{key} {value}" for key, value in schedule.items()))
    for visit in mask["visit"]:
        line("mask", f"a tile of queries i0..i1 sees only {visit}")
    line("", f"and all of {mask['full']}: no mask code there" if mask["full"] else "no range was proved full")
    line("proof", "exact" if mask["exact"] else "not proved: " + ", ".join(mask["unknown"]))
    tiles = mask["tiles"]
    total = tiles["visited"] + tiles["empty"]
    share = lambda count: f"{count} ({100 * count / total:.0f} %)" if total else str(count)
    line("tiles", f"{share(tiles['full'])} without mask code, {share(tiles['partial'])} with, {share(tiles['empty'])} skipped")
    for kernel in explained["kernels"]:
        line("kernel", kernel["symbol"])
        line("", f"{kernel['registers']} registers, {kernel['spill_store_bytes'] + kernel['spill_load_bytes']} bytes spilled, "
                 f"{kernel['dynamic_shared_bytes']} of {kernel['shared_limit_bytes']} bytes of shared memory")
    times = compiled["times_ms"]
    line("compile", f"{compiled['source']}: spec to CUDA {times['spec_to_cuda']:.1f} ms, NVRTC {times['nvrtc']:.0f} ms, "
                    f"cache {times['cache']:.1f} ms")
    line("run", f"inputs {run['times_ms']['inputs']:.0f} ms, kernel {run['times_ms']['run']:.1f} ms, "
                f"reference {run['times_ms']['check']:.0f} ms")
    for tensor in check["tensors"]:
        ratio = tensor["max_error_over_bound"]
        line(tensor["name"], f"{tensor['elements']} elements compared, {tensor['violations']} outside the bound; "
                             f"largest error {tensor['max_abs_error']:.3g}, "
                             f"{'beyond every bound' if ratio is None else f'{ratio:.2f} of its bound'}")
    line("CUDA text", options.cuda)
    line("cubin", options.cubin)
    line("result", RESULTS[check["result"]] + f" ({options.seconds} s in all)")
    sys.exit(0 if check["passed"] else 1)


if __name__ == "__main__":
    main()
