# check_numpy.py RUNNER - random kernels through the reference and through plain NumPy.
#
# Values must agree to fp64 rounding. A crude f32 attention, also NumPy, must stay inside the bounds, and the
# bounds must stay near the textbook value, so that they can fail a wrong kernel.
import pathlib
import subprocess
import sys
import tempfile
from types import SimpleNamespace

import numpy as np

from numpy_features import MASKS, SCORES, f32

UNITS = {"f16": 2.0**-11, "bf16": 2.0**-8}
CASES = 120


def to_bits(values, dtype):
    """The stored array and its exact values."""
    if dtype == "f16":
        stored = np.asarray(values, np.float16)
        return stored, stored.astype(np.float64)
    if dtype == "bf16":
        bits = np.asarray(values, np.float32).view(np.uint32).astype(np.uint64)
        bits = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)
        return bits, (bits.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    kind = {"f32": np.float32, "i32": np.int32, "bool": np.uint8}[dtype]
    stored = np.asarray(values).astype(kind)
    return stored, stored.astype(np.float64)


def make_case(rng):
    c = SimpleNamespace()
    c.layout = rng.choice(["packed", "padded"])
    c.lengths = "both" if c.layout == "packed" else rng.choice(["none", "kv", "both"])
    c.anchor = rng.choice(["bottom_right", "top_left"])
    c.dtype = rng.choice(["f16", "bf16"])
    c.kv_heads = int(rng.integers(1, 4))
    c.heads = c.kv_heads * int(rng.integers(1, 4))
    c.dim, c.out_dim = (int(x) for x in rng.choice([4, 7, 16, 64], 2))
    c.batch = int(rng.integers(1, 4))
    choices = [0, 1, 2, 7, 13, 33]
    c.q_lens = rng.choice(choices, c.batch)
    c.kv_lens = rng.choice(choices, c.batch)
    c.max_q, c.max_kv = int(c.q_lens.max()) + int(rng.integers(0, 3)), int(c.kv_lens.max()) + int(rng.integers(0, 3))
    if c.lengths in ("none", "kv"):
        c.q_lens = np.full(c.batch, c.max_q)
    if c.lengths == "none":
        c.kv_lens = np.full(c.batch, c.max_kv)
    c.masks = [MASKS[i] for i in rng.permutation(len(MASKS))[: rng.integers(0, 3)]]
    c.any = bool(rng.integers(0, 2))
    c.scores = [SCORES[i] for i in rng.permutation(len(SCORES))[: rng.integers(0, 3)]]
    # A function of -inf may be +inf or NaN (gelu: -inf * 0), which no bound covers: what gives -inf comes last.
    c.scores.sort(key=lambda feature: feature.name.startswith("drop"))
    c.scale = float(f32(rng.choice([1.0, 0.25, 0.0883883461])))
    c.runtime_scale = bool(rng.integers(0, 3) == 0)
    return c


def module_text(c):
    def tokens(heads, dim):
        return f"!attn.tokens<{heads}x{dim}x{c.dtype}, {c.layout}>"

    def region(arguments, lines, result, kind):
        if not lines:
            return "{}"
        return "{\n^bb0(" + arguments + "):\n  " + "\n  ".join(lines) + f"\n  attn.yield {result} : {kind}\n}}"

    positions = "%b: index, %h: index, %i: index, %j: index, %n: index, %m: index"
    mask, combined = [], None
    for n, feature in enumerate(c.masks):
        mask.append(feature.ir.format(p=f"m{n}"))
        here = f"%m{n}r"
        if combined:
            mask.append(f"%all = arith.{'ori' if c.any else 'andi'} {combined}, {here} : i1")
            here = "%all"
        combined = here
    score, s = [], "%s"
    for n, feature in enumerate(c.scores):
        score.append(feature.ir.format(p=f"s{n}", s=s))
        s = f"%s{n}r"
    q, k = tokens(c.heads, c.dim), tokens(c.kv_heads, c.dim)
    v, out = tokens(c.kv_heads, c.out_dim), tokens(c.heads, c.out_dim)
    rows = f"!attn.rows<{c.heads}xf32, {c.layout}>"
    extra = "".join(feature.arguments for feature in c.masks + c.scores)
    if c.runtime_scale:
        extra += ', %scale: f32 {attn.name = "scale"}'
    scale = "scale_operand %scale" if c.runtime_scale else f"scale {c.scale:.17e}"
    return f"""attn.kernel @k(%q: {q} {{attn.name = "q"}}, %k: {k} {{attn.name = "k"}}, %v: {v} {{attn.name = "v"}}{extra})
    -> ({out} {{attn.name = "out"}}, {rows} {{attn.name = "lse"}}) attributes {{lengths = #attn<lengths {c.lengths}>}} {{
  %o, %l = attn.attention %q, %k, %v {scale} statistics ["lse"] anchor {c.anchor}
    score {region("%s: f32, " + positions, score, s, "f32")}
    mask {region(positions, mask, combined, "i1")}
    : ({q}, {k}, {v}{", f32" if c.runtime_scale else ""}) -> ({out}, {rows})
  attn.return %o, %l : {out}, {rows}
}}
"""


def write_tensor(folder, lines, rng, name, dtype, values, strided=False):
    """Writes bytes, perhaps with gaps and permuted outer axes, and returns the exact values."""
    stored, exact = to_bits(values, dtype)
    strides = "-"
    if strided and stored.size and rng.integers(0, 2):
        order = list(rng.permutation(stored.ndim - 1)) + [stored.ndim - 1]
        padded = np.zeros([stored.shape[axis] + int(rng.integers(0, 3)) for axis in order], stored.dtype)
        if padded.dtype.kind in "fu" and dtype in UNITS:
            padded.view(np.uint16)[...] = 0x7FFF if dtype == "bf16" else 0x7E00  # NaN in the gaps
        view = padded[tuple(slice(0, stored.shape[axis]) for axis in order)]
        view[...] = stored.transpose(order)
        strides_of = [0] * stored.ndim
        for place, axis in enumerate(order):
            strides_of[axis] = padded.strides[place] // padded.itemsize
        strides, stored = ",".join(map(str, strides_of)), padded
    (folder / f"{name}.bin").write_bytes(stored.tobytes())
    shape = ",".join(map(str, exact.shape)) or "-"
    lines.append(f"tensor {name} {dtype} {shape} {strides} {name}.bin")
    return exact


def write_case(c, rng, folder):
    folder.mkdir()
    (folder / "kernel.mlir").write_text(module_text(c))
    lines = ["module kernel.mlir"]
    if c.layout == "packed":
        extra = int(rng.integers(0, 2)) * 3
        c.q_first = np.concatenate([[0], np.cumsum(c.q_lens)])
        c.kv_first = np.concatenate([[0], np.cumsum(c.kv_lens)])
        q_shape, kv_shape = (int(c.q_first[-1]) + extra,), (int(c.kv_first[-1]) + extra,)
        write_tensor(folder, lines, rng, "cu_q", "i32", c.q_first)
        write_tensor(folder, lines, rng, "cu_kv", "i32", c.kv_first)
        lines += [f"dim q_len {c.max_q}", f"dim kv_len {c.max_kv}"]
    else:
        q_shape, kv_shape = (c.batch, c.max_q), (c.batch, c.max_kv)
        if c.lengths == "both":
            write_tensor(folder, lines, rng, "q_lens", "i32", c.q_lens)
        if c.lengths != "none":
            write_tensor(folder, lines, rng, "kv_lens", "i32", c.kv_lens)
    shapes = {"q": q_shape + (c.heads, c.dim), "k": kv_shape + (c.kv_heads, c.dim), "v": kv_shape + (c.kv_heads, c.out_dim)}
    c.data = {}
    for name, shape in shapes.items():
        values = rng.normal(size=shape)
        if c.layout == "padded" and name != "q":  # nothing past kv_len may be seen
            for b, length in enumerate(c.kv_lens):
                values[b, length:] = np.nan
        c.data[name] = write_tensor(folder, lines, rng, name, c.dtype, values, strided=True)
    c.side = {}
    for feature in c.masks + c.scores:
        for name, (dtype, values) in feature.tensors(rng, c).items():
            c.side[name] = write_tensor(folder, lines, rng, name, dtype, values)
        lines += [f"scalar {name} {value}" for name, value in feature.scalars.items()]
    if c.runtime_scale:
        lines.append(f"scalar scale {c.scale:.17e}")
    (folder / "case.txt").write_text("\n".join(lines) + "\n")


def read_side(side):
    def read(name, *index):
        table = side[name]
        index = np.broadcast_arrays(*index)
        inside = np.ones(index[0].shape, bool)
        for axis, position in enumerate(index):
            inside &= (position >= 0) & (position < table.shape[axis])
        if table.size == 0:
            return np.zeros(inside.shape)
        safe = tuple(np.where(inside, position, 0).astype(int) for position in index)
        return np.where(inside, table[safe], 0)

    return read


def attention(c, b, h, q, k, v, narrow):
    """One head of one request; `narrow` computes like an f32 kernel. Returns out, lse, sum p|v|, row facts."""
    real = np.float32 if narrow else np.float64
    q_len, kv_len = len(q), len(k)
    offset = kv_len - q_len if c.anchor == "bottom_right" else 0
    i, j = np.arange(q_len)[:, None] + offset, np.arange(kv_len)[None, :]
    e = SimpleNamespace(i=i + 0 * j, j=j + 0 * i, b=b, h=h, q_len=q_len, kv_len=kv_len)
    read = read_side(c.side)
    e.read = lambda *a: read(*a).astype(real) if narrow else read(*a)
    if narrow:
        s = (q.astype(real) @ k.astype(real).T) * real(c.scale)
    else:
        s = q @ k.T * c.scale
    with np.errstate(all="ignore"):
        for feature in c.scores:
            s = np.asarray(feature.run(s, e)).astype(real)
        if c.masks:
            terms = [np.broadcast_to(np.asarray(f.run(e), bool), s.shape) for f in c.masks]
            s = np.where(np.any(terms, 0) if c.any else np.all(terms, 0), s, real(-np.inf))
        top = s.max(1, initial=-np.inf, keepdims=True).astype(real)
        p = np.exp(s - np.where(np.isinf(top), real(0), top)).astype(real)
        total = p.sum(1, keepdims=True).astype(real)
        stored = to_bits(p, c.dtype)[1].astype(real) if narrow else p
        out = np.where(total > 0, (stored @ v.astype(real)) / total, 0)
        lse = (top + np.log(total))[:, 0]
        size = np.where(total > 0, (p @ np.abs(v)) / total, 0)
    if narrow:
        out = to_bits(out, c.dtype)[1]
    return out, lse, size


def expected(c, narrow):
    packed = c.layout == "packed"
    rows = c.data["q"].shape[:-2]
    out = np.zeros(rows + (c.heads, c.out_dim))
    lse = np.full(rows + (c.heads,), -np.inf)
    size = np.zeros_like(out)
    for b in range(c.batch):
        if packed:
            at = slice(c.q_first[b], c.q_first[b + 1])
            keys = slice(c.kv_first[b], c.kv_first[b + 1])
        else:
            at, keys = (b, slice(0, c.q_lens[b])), (b, slice(0, c.kv_lens[b]))
        q, k, v = c.data["q"][at], c.data["k"][keys], c.data["v"][keys]
        for h in range(c.heads):
            g = h // (c.heads // c.kv_heads)
            o, l, z = attention(c, b, h, q[:, h], k[:, g], v[:, g], narrow)
            where = (at, h) if packed else at + (h,)
            out[where], lse[where], size[where] = o, l, z
    return out, lse, size


def check_case(c, folder):
    """A list of complaints, and the largest error / bound of the crude kernel."""
    out, lse, size = expected(c, narrow=False)
    crude_out, crude_lse, _ = expected(c, narrow=True)
    defined = slice(None) if c.layout == "padded" else slice(0, c.q_first[-1])
    complaints, ratios = [], {}
    for name, want, crude in (("out", out, crude_out), ("lse", lse, crude_lse)):
        shape = tuple(map(int, (folder / f"{name}.shape").read_text().split()))
        if shape != want.shape:
            complaints.append(f"{name}: expected shape {want.shape}, got {shape}")
            continue
        values = np.fromfile(folder / f"{name}.values").reshape(shape)[defined]
        bounds = np.fromfile(folder / f"{name}.bounds").reshape(shape)
        if not np.isinf(bounds[len(bounds) if c.layout == "padded" else c.q_first[-1] :]).all():
            complaints.append(f"{name}: expected no bound on rows of no request")
        bounds, want, crude = bounds[defined], want[defined], crude[defined]
        exact = np.isneginf(want)
        with np.errstate(all="ignore"):
            far = np.abs(values - want) > 1e-12 * (1 + np.abs(want))
            if (np.isneginf(values) != exact).any() or (far & ~exact).any():
                complaints.append(f"{name}: values differ by {np.nanmax(np.abs(values - want)[~exact])}")
            if (np.isneginf(crude) != exact).any() or (bounds[exact] != 0).any():
                complaints.append(f"{name}: -inf in the wrong places")
            error = np.where(exact, 0, np.abs(crude - values))
            bad = ~(error <= bounds)
            ratios[name] = np.max(np.where(error == 0, 0, error / bounds), initial=0)
        if bad.any():
            complaints.append(f"{name}: {bad.sum()} elements of a right kernel outside their bound")
        unit = UNITS[c.dtype]
        if name == "out":
            ideal = 1.02 * unit * (size[defined] + np.abs(want)) + 3e-4 * (size[defined] + np.abs(want)) + 1e-7
        else:
            ideal = np.where(exact, 0, 3e-4 * (1 + np.abs(want)))
        if (bounds > ideal).any():
            complaints.append(f"{name}: bound {np.max(bounds / np.maximum(ideal, 1e-300))} times what it should be")
    return complaints, ratios


def main():
    rng = np.random.default_rng(20260)
    cases, failures, worst = [], 0, {"out": 0, "lse": 0}
    with tempfile.TemporaryDirectory() as root:
        for n in range(CASES):
            case = make_case(rng)
            write_case(case, rng, pathlib.Path(root) / f"case{n}")
            cases.append(case)
        folders = [pathlib.Path(root) / f"case{n}" for n in range(CASES)]
        subprocess.run([sys.argv[1], *folders], check=True)
        for case, folder in zip(cases, folders):
            complaints, ratios = check_case(case, folder)
            for name, ratio in ratios.items():
                worst[name] = max(worst[name], ratio)
            if complaints:
                failures += 1
                print(f"{folder.name}: {case.layout} {case.lengths} {case.anchor} {case.dtype} q {case.q_lens} kv {case.kv_lens}"
                      f" masks {[f.name for f in case.masks]} scores {[f.name for f in case.scores]}")
                print("  " + "\n  ".join(complaints))
    used = {f.name for case in cases for f in case.masks + case.scores}
    unused = {f.name for f in MASKS + SCORES} - used
    print(f"{CASES} cases, {failures} failed; largest error / bound of a right f32 kernel: {worst}")
    sys.exit(1 if failures or unused else 0)


if __name__ == "__main__":
    main()
