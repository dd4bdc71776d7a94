"""traffic.py - every catalogue kernel: no bank conflict, and no more global memory traffic than its tiles need.

usage: traffic.py ATTNC ARCH SPEC...

Counts of `attnc profile` at 512 queries and keys. Sectors may exceed the compulsory ones and the re-reads of the tiling
by 5 %: lengths are a multiple of every tile, so what is beyond is waste. Decode is judged at one query over 4096 keys, by
3 %: it reads each key once, and the table of its pages. Inputs of masks and scores, biases of q, k and v, and the
frequencies of a rotation are read again by every tile and mostly hit caches, which the simulator has not: specs with
such are printed and not judged. Appends of 512 tokens to every kind of cache are judged by 5 % too: they read each token
once and write it once, and each warp of a block of 64 tokens reads the lengths and table entries itself, of which the
first one's request is the only one that L1 does not serve.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

# queries, keys, how much more than expected
PREFILL, DECODE, APPEND = (512, 512, 1.05), (1, 4096, 1.03), (512, 512, 1.05)


def shapes(queries, keys):
    """A layout takes lengths of requests, or dims; the first that fits is the one."""
    yield ["--lens", f"q={queries}", "--lens", f"kv={keys}"]
    yield ["--lens", f"q={','.join(4 * [str(queries)])}", "--lens", f"kv={','.join(4 * [str(keys)])}"]  # beams
    yield ["--lens", f"q={queries}"]
    yield ["--dim", "batch=1", "--dim", f"q_len={queries}", "--lens", f"kv={keys}"]
    yield ["--dim", "batch=1", "--dim", f"q_len={queries}", "--dim", f"kv_len={keys}"]
    yield ["--dim", "batch=1", "--dim", f"q_len={queries}"]


def profile(attnc, arch, spec, queries, keys):
    for shape in shapes(queries, keys):
        run = subprocess.run([attnc, "profile", spec, "--arch", arch, "--json", *shape], capture_output=True, text=True)
        if run.returncode == 0:
            return json.loads(run.stdout)
    raise SystemExit(f"{spec}: no shape fits: {run.stdout}{run.stderr}")


def strided(text):
    """Whether a cache has dim not innermost: lanes gather, and sectors are shared with later instructions."""
    return re.search(r"order: (\{.*)?[nhd]{2}[nh]\b", text) is not None


def scattered_scales(text):
    """Whether the scales of a token and head share a sector with those of another head, or fill more than the 16 bytes that a lane
    reads at once, so that it comes back for the rest of their sector. Of an append each is stored by another lane."""
    group = re.search(r"group: (\d+)", text)
    groups = int(re.search(r"\nhead_dim: (\d+)", text)[1]) // int(group[1]) if group else 1
    return "scale: token" in text and ("order: hnd" not in text or groups > (1 if "append: " in text else 4))


def judge(attnc, arch, spec, name):
    """Prints a line; whether something is wrong."""
    text = pathlib.Path(spec).read_text()
    queries, keys, most = (DECODE if "\nphase: decode" in text else
                           APPEND if "\nphase: append" in text else PREFILL)
    found = profile(attnc, arch, spec, queries, keys)
    shared = [kernel["shared"] for kernel in found["kernels"]]
    conflicts = sum(one["wavefronts"] - one["ideal_wavefronts"] for one in shared)
    ratio = found["memory"]["compulsory_and_rereads"]["sectors_over_this"]
    small = (found["memory"]["not_counted"] or "qkv_bias" in found["memory"]["compulsory"]["tensors"]
             or re.search(r"^rope:", text, re.M))
    judged = not small and ratio is not None and not strided(text) and not scattered_scales(text)
    wrong = conflicts != 0 or (judged and ratio > most)
    print(f"{name:32} conflicts {conflicts:6}  sectors/expected {ratio if ratio is None else round(ratio, 3)}"
          f"{'  WRONG' if wrong else '' if judged else '  not judged'}", flush=True)
    return wrong


def caches():
    """Every layout, page, table and pool of a cache, kinds of elements, and which tokens it holds."""
    yield "{layout: contiguous}"
    yield "{layout: contiguous, pools: combined, order: hnd}"
    for page in (1, 3, 16, 64, 256):
        yield f"{{layout: paged, page: {page}}}"
        yield f"{{layout: paged, page: {page}, table: csr, pools: combined, order: hnd}}"
        yield f"{{layout: paged, page: {page}, tables: separate, order: {{v: hnd}}}}"
    for held in ("dtype: e4m3", "dtype: i8, scale: head", "dtype: i8, scale: token, order: hnd", "dtype: i4",
                 "dtype: i4, scale: token, order: hnd", "dtype: i4, scale: token, group: 32, order: hnd",
                 "dtype: i4, scale: token, group: 16", "dtype: i8, scale: token, group: 64, order: hnd", "window: 4096",
                 "window: 2000, keep: 4"):
        yield f"{{layout: contiguous, {held}}}"
        yield f"{{layout: paged, page: 16, {held}}}"


def judge_caches(attnc, arch):
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for dtype, phase in (("f16", "decode"), ("bf16", "decode"), ("f16", "append")):
            does = "append: end" if phase == "append" else "mask: causal"
            for index, cache in enumerate(caches()):
                spec = pathlib.Path(folder) / f"cache{index}.yaml"
                spec.write_text(f"attnc: 1\nname: cache{index}\nphase: {phase}\nheads: {{query: 8, kv: 2}}\nhead_dim: 128\n"
                                f"dtype: {dtype}\nlayout: packed\ncache: {cache}\n{does}\n")
                wrong += judge(attnc, arch, str(spec), f"{phase} {dtype} {cache}")
    return wrong


def main():
    attnc, arch, *specs = sys.argv[1:]
    bad = sum(judge(attnc, arch, spec, spec.rsplit("/", 1)[-1]) for spec in specs) + judge_caches(attnc, arch)
    print(f"{len(specs)} specs and caches of every kind, {bad} wrong")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
