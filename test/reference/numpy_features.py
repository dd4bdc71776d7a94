# numpy_features.py - mask and score building blocks, each as IR and as NumPy.
#
# `ir` is region text over %s, %i (q), %j (kv), %h, %b, %n (q_len), %m (kv_len); names get the prefix {p} so that
# blocks combine. `run` is the same in NumPy over broadcast arrays. Nothing here comes from the compiler.
import numpy as np
from math import erf

erf = np.vectorize(erf, otypes=[np.float64])
f32 = np.float32


class Feature:
    def __init__(self, name, ir, run, arguments="", tensors=None, scalars=None):
        self.name, self.ir, self.run, self.arguments = name, ir, run, arguments
        self.tensors, self.scalars = tensors or (lambda rng, env: {}), scalars or {}


# Masks set {p}r : i1. `run(env)` gets env.i, env.j (broadcast), env.b, env.h, env.q_len, env.kv_len, env.side.
def floor_div(a, b):
    return np.floor_divide(a, b)


MASKS = [
    Feature("causal", "%{p}r = arith.cmpi sle, %j, %i : index", lambda e: e.j <= e.i),
    Feature(
        "window",
        """%{p}l = arith.constant 5 : index
  %{p}x = arith.subi %i, %{p}l : index
  %{p}a = arith.cmpi sge, %j, %{p}x : index
  %{p}w = arith.constant 2 : index
  %{p}y = arith.addi %i, %{p}w : index
  %{p}c = arith.cmpi sle, %j, %{p}y : index
  %{p}r = arith.andi %{p}a, %{p}c : i1""",
        lambda e: (e.j >= e.i - 5) & (e.j <= e.i + 2),
    ),
    Feature(
        "chunked",
        """%{p}c = arith.constant 4 : index
  %{p}a = arith.floordivsi %i, %{p}c : index
  %{p}d = arith.floordivsi %j, %{p}c : index
  %{p}r = arith.cmpi eq, %{p}a, %{p}d : index""",
        lambda e: np.floor(e.i / 4) == np.floor(e.j / 4),
    ),
    Feature(
        "prefix_or_last",
        """%{p}c = arith.constant 3 : index
  %{p}a = arith.cmpi slt, %j, %{p}c : index
  %{p}o = arith.constant 1 : index
  %{p}e = arith.subi %m, %{p}o : index
  %{p}d = arith.cmpi eq, %j, %{p}e : index
  %{p}r = arith.ori %{p}a, %{p}d : i1""",
        lambda e: (e.j < 3) | (e.j == e.kv_len - 1),
    ),
    Feature(
        "not_every_third",
        """%{p}c = arith.constant 3 : index
  %{p}a = arith.remsi %j, %{p}c : index
  %{p}z = arith.constant 0 : index
  %{p}d = arith.cmpi eq, %{p}a, %{p}z : index
  %{p}t = arith.constant true
  %{p}r = arith.xori %{p}d, %{p}t : i1""",
        lambda e: e.j % 3 != 0,
    ),
    Feature(
        "heads_differ",
        """%{p}hj = arith.muli %h, %j : index
  %{p}bs = arith.addi %{p}hj, %b : index
  %{p}c = arith.constant 2 : index
  %{p}a = arith.remsi %{p}bs, %{p}c : index
  %{p}z = arith.constant 0 : index
  %{p}r = arith.cmpi eq, %{p}a, %{p}z : index""",
        lambda e: (e.h * e.j + e.b) % 2 == 0,
    ),
    Feature(
        "document",
        """%{p}x = attn.read %doc[%b, %j] : !attn.side<["batch", "kv_len"], i32> -> i32
  %{p}y = attn.read %doc[%b, %i] : !attn.side<["batch", "kv_len"], i32> -> i32
  %{p}r = arith.cmpi eq, %{p}x, %{p}y : i32""",
        lambda e: e.read("doc", e.b, e.j) == e.read("doc", e.b, e.i),
        ', %doc: !attn.side<["batch", "kv_len"], i32> {attn.name = "doc"}',
        lambda rng, env: {"doc": ("i32", np.sort(rng.integers(0, 3, (env.batch, env.max_kv)), axis=1))},
    ),
    Feature(
        "bool_table",
        '%{p}r = attn.read %keep[%h, %j] : !attn.side<["heads", 9], i1> -> i1',
        lambda e: e.read("keep", e.h, e.j) != 0,
        ', %keep: !attn.side<["heads", 9], i1> {attn.name = "keep"}',
        lambda rng, env: {"keep": ("bool", rng.integers(0, 2, (env.heads, 9)))},
    ),
    Feature(
        "param_window",
        """%{p}w = arith.index_cast %win : i32 to index
  %{p}a = arith.subi %i, %j : index
  %{p}r = arith.cmpi slt, %{p}a, %{p}w : index""",
        lambda e: e.i - e.j < 3,
        ', %win: i32 {attn.name = "win"}',
        scalars={"win": 3},
    ),
]

# Scores map %{s} to %{p}r : f32.
SCORES = [
    Feature(
        "softcap",
        "%{p}r = attn.softcap {s}, 1.500000e+00 : f32",
        lambda s, e: 1.5 * np.tanh(s / 1.5),
    ),
    Feature(
        "bias",
        """%{p}t = attn.read %bias[%h, %i, %j] : !attn.side<["heads", "q_len", "kv_len"], f32> -> f32
  %{p}r = arith.addf {s}, %{p}t : f32""",
        lambda s, e: s + e.read("bias", e.h, e.i, e.j),
        ', %bias: !attn.side<["heads", "q_len", "kv_len"], f32> {attn.name = "bias"}',
        lambda rng, env: {"bias": ("f32", rng.normal(size=(env.heads, env.max_q, env.max_kv)))},
    ),
    Feature(
        "alibi",
        """%{p}m = attn.read %slopes[%h] : !attn.side<["heads"], f16> -> f32
  %{p}d = arith.subi %j, %i : index
  %{p}l = arith.index_cast %{p}d : index to i64
  %{p}f = arith.sitofp %{p}l : i64 to f32
  %{p}x = arith.mulf %{p}m, %{p}f : f32
  %{p}r = arith.addf {s}, %{p}x : f32""",
        lambda s, e: s + e.read("slopes", e.h) * (e.j - e.i),
        ', %slopes: !attn.side<["heads"], f16> {attn.name = "slopes"}',
        lambda rng, env: {"slopes": ("f16", 2.0 ** -np.arange(1, env.heads + 1))},
    ),
    Feature(
        "temperature",
        "%{p}r = arith.divf {s}, %temp : f32",
        lambda s, e: s / float(f32(0.7)),
        ', %temp: f32 {attn.name = "temp"}',
        scalars={"temp": 0.7},
    ),
    Feature(
        "silu",
        """%{p}o = arith.constant 1.000000e+00 : f32
  %{p}n = arith.negf {s} : f32
  %{p}e = math.exp %{p}n : f32
  %{p}d = arith.addf %{p}e, %{p}o : f32
  %{p}g = arith.divf %{p}o, %{p}d : f32
  %{p}r = arith.mulf {s}, %{p}g : f32""",
        lambda s, e: s / (1 + np.exp(-s)),
    ),
    Feature(
        "gelu",
        """%{p}k = arith.constant 0.707106769 : f32
  %{p}x = arith.mulf {s}, %{p}k : f32
  %{p}e = math.erf %{p}x : f32
  %{p}o = arith.constant 1.000000e+00 : f32
  %{p}g = arith.addf %{p}e, %{p}o : f32
  %{p}h2 = arith.constant 5.000000e-01 : f32
  %{p}y = arith.mulf {s}, %{p}h2 : f32
  %{p}r = arith.mulf %{p}y, %{p}g : f32""",
        lambda s, e: 0.5 * s * (erf(s * float(f32(0.707106769))) + 1),
    ),
    Feature(
        "log_abs",
        """%{p}a = math.absf {s} : f32
  %{p}c = arith.constant 5.000000e-01 : f32
  %{p}d = arith.addf %{p}a, %{p}c : f32
  %{p}l = math.log %{p}d : f32
  %{p}q = math.sqrt %{p}d : f32
  %{p}r = arith.subf %{p}q, %{p}l : f32""",
        lambda s, e: np.sqrt(np.abs(s) + 0.5) - np.log(np.abs(s) + 0.5),
    ),
    Feature(
        "clamp",
        """%{p}a = arith.constant -1.000000e+00 : f32
  %{p}c = arith.constant 1.250000e+00 : f32
  %{p}d = arith.maxnumf {s}, %{p}a : f32
  %{p}r = arith.minnumf %{p}d, %{p}c : f32""",
        lambda s, e: np.clip(s, -1, 1.25),
    ),
    Feature(
        "drop_even_heads_first_key",
        """%{p}z = arith.constant 0 : index
  %{p}t = arith.constant 2 : index
  %{p}a = arith.cmpi eq, %j, %{p}z : index
  %{p}m = arith.remsi %h, %{p}t : index
  %{p}c = arith.cmpi eq, %{p}m, %{p}z : index
  %{p}d = arith.andi %{p}a, %{p}c : i1
  %{p}i = arith.constant 0xFF800000 : f32
  %{p}r = arith.select %{p}d, %{p}i, {s} : f32""",
        lambda s, e: np.where((e.j == 0) & (e.h % 2 == 0), -np.inf, s),
    ),
]
