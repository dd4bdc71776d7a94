"""numpy_test.py ATTNC SPEC - NumPy writes the inputs, attnc computes, NumPy recomputes the attention in fp64.

An oracle that shares nothing with attnc: it reads the .npy files that attnc read and wrote.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

Q_LENS, KV_LENS, HEADS, KV_HEADS, DIM = [5, 70], [9, 64], 2, 1, 64


def causal(q, k, v):
    """[rows, dim] each; the last query stands at the last key."""
    scores = (q @ k.T) / np.sqrt(DIM)
    row = np.arange(len(q))[:, None] + len(k) - len(q)
    scores = np.where(np.arange(len(k))[None, :] <= row, scores, -np.inf)
    top = scores.max(axis=1, keepdims=True, initial=-np.inf)
    weights = np.where(np.isfinite(top), np.exp(scores - np.where(np.isfinite(top), top, 0)), 0)
    total = weights.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        lse = np.where(total > 0, np.log(total), -np.inf) + np.where(np.isfinite(top), top, 0)
    return np.divide(weights @ v, total, out=np.zeros((len(q), DIM)), where=total > 0), lse[:, 0]


def main():
    with tempfile.TemporaryDirectory() as folder:
        # A cache of its own: a kernel of an earlier run would hide that none can be built.
        os.environ["ATTNC_CACHE_DIR"] = os.path.join(folder, "cache")
        check(*sys.argv[1:3], pathlib.Path(folder))
        check_pages(sys.argv[1], pathlib.Path(sys.argv[2]).with_name("tiny_csr.yaml"), pathlib.Path(folder))


def check(attnc, spec, folder):
    generator = np.random.default_rng(3)
    tensors = {
        "q": generator.standard_normal((sum(Q_LENS), HEADS, DIM)).astype(np.float16),
        "k": generator.standard_normal((sum(KV_LENS), KV_HEADS, DIM)).astype(np.float32),
        "v": generator.standard_normal((sum(KV_LENS), KV_HEADS, DIM)),  # NumPy's own dtype: fp64
        "cu_q": np.concatenate([[0], np.cumsum(Q_LENS)]).astype(np.int32),
        "cu_kv": np.concatenate([[0], np.cumsum(KV_LENS)]),
    }
    command = [attnc, "run", spec, "--device", "sim", "--check"]
    for name, tensor in tensors.items():
        np.save(folder / f"{name}.npy", tensor)
        command += ["--input", f"{name}={folder / name}.npy"]
    for name in ("out", "lse"):
        command += ["--output", f"{name}={folder / name}.npy"]
    subprocess.run(command, check=True)

    out, lse = np.load(folder / "out.npy"), np.load(folder / "lse.npy")
    assert out.shape == (sum(Q_LENS), HEADS, DIM) and out.dtype == np.float16, (out.shape, out.dtype)
    assert lse.shape == (sum(Q_LENS), HEADS) and lse.dtype == np.float32, (lse.shape, lse.dtype)
    q, k, v = (tensors[name].astype(np.float16).astype(np.float64) for name in "qkv")
    q0 = kv0 = 0
    for q_len, kv_len in zip(Q_LENS, KV_LENS):
        for head in range(HEADS):
            want, want_lse = causal(q[q0:q0 + q_len, head], k[kv0:kv0 + kv_len, 0], v[kv0:kv0 + kv_len, 0])
            np.testing.assert_allclose(out[q0:q0 + q_len, head], want, atol=4e-3)
            np.testing.assert_allclose(lse[q0:q0 + q_len, head], want_lse, atol=1e-3)
        q0, kv0 = q0 + q_len, kv0 + kv_len

    # What NumPy can write and attnc must refuse, each with exit code 2 and the file's name.
    for name, tensor in {"order": np.asfortranarray(tensors["q"]), "endian": tensors["q"].astype(">f2"),
                         "complex": tensors["q"].astype(np.complex64), "shape": tensors["q"][:, :1]}.items():
        path = folder / f"{name}.npy"
        np.save(path, tensor)
        run = subprocess.run([attnc, "run", spec, "--input", f"q={path}", "--lens", "q=5,70", "--lens", "kv=9,64"],
                             capture_output=True, text=True, check=False)
        assert run.returncode == 2 and str(path) in run.stderr, (name, run)
    whole = (folder / "q.npy").read_bytes()
    (folder / "cut.npy").write_bytes(whole[:-1])
    run = subprocess.run([attnc, "run", spec, "--input", f"q={folder / 'cut.npy'}", "--lens", "q=5,70", "--lens", "kv=9,64"],
                         capture_output=True, text=True, check=False)
    assert run.returncode == 2 and "truncated" in run.stderr, run


def check_pages(attnc, spec, folder):
    """Two requests of 40 and 16 tokens in pages of 16, listed one after the other; NaN where no token is."""
    generator = np.random.default_rng(5)
    q_lens, pages, kv_lens, page = [1, 3], [[4, 0, 2], [3]], [40, 16], 16
    q = generator.standard_normal((sum(q_lens), HEADS, DIM)).astype(np.float16)
    tokens = [generator.standard_normal((2, length, DIM)).astype(np.float16) for length in kv_lens]
    caches = np.full((2, 5, page, KV_HEADS, DIM), np.nan, np.float16)
    for rows, listed in zip(tokens, pages):
        for token in range(rows.shape[1]):
            caches[:, listed[token // page], token % page, 0] = rows[:, token]
    tensors = {"q": q, "k_cache": caches[0], "v_cache": caches[1],
               "cu_q": np.concatenate([[0], np.cumsum(q_lens)]).astype(np.int32),
               "page_indices": np.array(sum(pages, []), np.int32), "page_indptr": np.array([0, 3, 4], np.int32),
               "last_page_len": np.array([8, 16], np.int32)}
    command = [attnc, "run", str(spec), "--device", "sim", "--check", "--output", f"out={folder / 'out.npy'}"]
    for name, tensor in tensors.items():
        np.save(folder / f"{name}.npy", tensor)
        command += ["--input", f"{name}={folder / name}.npy"]
    subprocess.run(command, check=True)
    out, first = np.load(folder / "out.npy"), 0
    for rows, q_len in zip(tokens, q_lens):
        k, v = rows.astype(np.float64)
        for head in range(HEADS):
            want, _ = causal(q[first:first + q_len, head].astype(np.float64), k, v)
            np.testing.assert_allclose(out[first:first + q_len, head], want, atol=4e-3)
        first += q_len


if __name__ == "__main__":
    main()
