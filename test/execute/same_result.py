"""same_result.py ATTNC - a prompt in chunks through a cache is the prompt at once, bit by bit.

Each chunk is appended and then attended; or attended beside what was appended before (`active`). Keys come in tiles of the same
tokens either way, so that every sum has the same terms in the same order. Pages are in no order, and what nobody wrote is NaN.
Where a cache is quantised, the prompt at once goes through it too, as tokens are read as they are stored; both leave the same cache.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

LENS = [50, 33]
CHUNKS = [[32, 16], [16, 16], [2, 1]]  # of each request; all but the last end with a page of 4 or 16
HEADS, KV_HEADS, DIM = 4, 2, 64
SPEC = """attnc: 1
name: {name}
phase: prefill
heads: {{query: 4, kv: 2}}
head_dim: 64
dtype: f16
layout: packed
mask: causal
outputs: [out, lse]
schedule: {{tile_q: 64, tile_kv: 32, stages: 2, warps: 4}}
"""


class Cache:
    """Tensors of one kind of cache, empty, and where the tables say that its pages are."""

    def __init__(self, text, page=0, csr=False, combined=False, order="nhd", slots=64, groups=0):
        self.text, self.page, self.csr = text, page, csr
        self.quantised = groups > 0  # of 4 bits, with so many scales a token
        self.per_request = -(-slots // page) if page else 1
        blocks = len(LENS) * self.per_request + 3
        parts = ["kv"] if combined else ["k", "v"]

        def tensor(columns, content, dtype):
            size = {"n": page or slots, "h": KV_HEADS, "d": columns}
            shape = [blocks if page else len(LENS), *([2] if combined else []), *(size[axis] for axis in order)]
            return np.full(shape, content, dtype)

        if self.quantised:
            self.tensors = {f"{part}_cache": tensor(DIM // 2, 0x35, np.int8) for part in parts}
            self.tensors |= {f"{part}_scales": tensor(groups, np.nan, np.float32) for part in parts}
        else:
            self.tensors = {f"{part}_cache": tensor(DIM, np.nan, np.float16) for part in parts}
        pages = np.random.default_rng(5).permutation(blocks)[:len(LENS) * self.per_request]
        self.table = pages.reshape(len(LENS), -1).astype(np.int32)

    def inputs(self, kv_lens):
        """What a launch takes beside tokens, where requests have so many keys in all."""
        lengths = np.array(kv_lens, np.int32)
        if not self.page:
            return {**self.tensors, "kv_lens": lengths}
        if not self.csr:
            return {**self.tensors, "kv_lens": lengths, "block_table": self.table}
        counts = -(-lengths // self.page)
        return {**self.tensors, "page_indptr": np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
                "page_indices": np.concatenate([row[:count] for row, count in zip(self.table, counts)]),
                "last_page_len": (lengths - (counts - 1) * self.page).astype(np.int32)}


def caches():
    yield Cache("{layout: contiguous}")
    yield Cache("{layout: contiguous, order: {k: hdn, v: hdn}}", order="hdn")
    yield Cache("{layout: contiguous, window: 64}")
    yield Cache("{layout: paged, page: 16}", page=16)
    yield Cache("{layout: paged, page: 4, table: csr, pools: combined, order: hnd}", page=4, csr=True, combined=True, order="hnd")
    yield Cache("{layout: paged, page: 16, window: 68, keep: 4}", page=16, slots=80)
    yield Cache("{layout: contiguous, dtype: i4, scale: token}", groups=1)
    yield Cache("{layout: paged, page: 16, pools: combined, order: hnd, dtype: i4, scale: token, group: 16}", page=16, combined=True,
                order="hnd", groups=4)


class Runner:
    def __init__(self, attnc, folder):
        self.attnc, self.folder = attnc, pathlib.Path(folder)

    def run(self, spec, inputs, outputs):
        (self.folder / "spec.yaml").write_text(spec)
        command = [self.attnc, "run", str(self.folder / "spec.yaml"), "--device", "sim", "--arch", "sm_80"]
        for name, tensor in inputs.items():
            np.save(self.folder / f"{name}.npy", tensor)
            command += ["--input", f"{name}={self.folder / name}.npy"]
        for name in outputs:
            command += ["--output", f"{name}={self.folder / name}.out.npy"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return {name: np.load(self.folder / f"{name}.out.npy") for name in outputs}


def ends(lengths):
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)


def chunk_of(tensor, begin, sizes):
    starts = ends(LENS)
    return np.concatenate([tensor[starts[i] + begin[i]:starts[i] + begin[i] + size] for i, size in enumerate(sizes)])


def at_once(runner, cache, tokens):
    """The prompt through a cache that is left as it was, and what the cache then has."""
    inputs = {**tokens, "cu_q": ends(LENS), **cache.inputs(LENS)}
    return runner.run(SPEC.format(name="once") + f"cache: {cache.text}\nappend: end\n", inputs, ["out", "lse", *cache.tensors])


def in_chunks(runner, cache, tokens, whole, active):
    """Whether each chunk has the rows of the whole."""
    if cache.quantised:
        whole = at_once(runner, cache, tokens)
    begin = [0] * len(LENS)
    same = True
    for sizes in CHUNKS:
        new = {name: chunk_of(tensor, begin, sizes) for name, tensor in tokens.items()}
        lengths = [b + size for b, size in zip(begin, sizes)]
        inputs = {**new, "cu_q": ends(sizes), **cache.inputs(lengths)}
        spec = SPEC.format(name="chunk") + f"cache: {cache.text}\n"
        if active:
            beside = runner.run(spec + "active: true\n", inputs, ["out", "lse"])
        found = runner.run(spec + "append: end\n", inputs, ["out", "lse", *cache.tensors])
        for name in cache.tensors:
            cache.tensors[name] = found[name]
        for name in ("out", "lse"):
            expected = chunk_of(whole[name], begin, sizes)
            same &= np.array_equal(found[name], expected) and (not active or np.array_equal(beside[name], expected))
        begin = lengths
    return same and (not cache.quantised or all(found[name].tobytes() == whole[name].tobytes() for name in cache.tensors))


def main(attnc):
    generator = np.random.default_rng(11)
    total = sum(LENS)
    tokens = {name: generator.standard_normal((total, heads, DIM)).astype(np.float16)
              for name, heads in (("q", HEADS), ("k", KV_HEADS), ("v", KV_HEADS))}
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ATTNC_CACHE_DIR"] = os.path.join(folder, "cache")
        runner = Runner(attnc, folder)
        whole = runner.run(SPEC.format(name="whole"), {**tokens, "cu_q": ends(LENS), "cu_kv": ends(LENS)}, ["out", "lse"])
        assert np.isfinite(whole["lse"]).all()
        for cache in caches():
            same = in_chunks(runner, cache, tokens, whole, active=not cache.quantised)
            print(f"{cache.text:92} {'same' if same else 'DIFFERENT'}")
            failed += not same
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
