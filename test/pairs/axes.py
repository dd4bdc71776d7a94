"""axes.py - every feature axis of the spec format and its values, as data: a new feature adds values or an axis here.

The first value of an axis is its default. Must not know how specs are combined.
"""
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Value:
    label: str
    fields: dict = field(default_factory=dict)  # keys of the spec; mappings of several values are merged
    reads_q: bool = False  # a mask or score that depends on the query's position, so that `anchor` has an effect


@dataclass(frozen=True)
class Axis:
    name: str
    values: tuple

    @property
    def default(self):
        return self.values[0]


def numbers(name, values, **defaults):
    """An axis of one top-level key; the default leaves the key out if it says so."""
    first = [Value("default")] if defaults.get("optional") else []
    return Axis(name, tuple(first + [Value(str(v), {name: v}) for v in values]))


def pins(name, values):
    return Axis(name, tuple([Value("default")] + [Value(str(v), {"schedule": {name: v}}) for v in values]))


def score(name, values):
    return Axis(name, tuple([Value("off")] + list(values)))


def side(shape, dtype):
    return {"shape": shape, "dtype": dtype}


# A mask value: a mask, the inputs and params that it refers to. "$" in a name is the slot, as both masks of a
# combination may declare one.
def mask(label, node, reads_q=True, inputs=None, params=None):
    return Value(label, {"mask": node, "inputs": inputs or {}, "params": params or {}}, reads_q)


HEADS = Axis("heads", tuple(Value(label, {"heads": heads}) for label, heads in (
    ("1", 1), ("2", 2), ("2 of 1", {"query": 2, "kv": 1}), ("3 of 1", {"query": 3, "kv": 1}),
    ("4 of 2", {"query": 4, "kv": 2}), ("6 of 2", {"query": 6, "kv": 2}))))

LAYOUT = Axis("layout", (
    Value("packed", {"layout": "packed"}),
    Value("padded", {"layout": "padded"}),
    Value("padded, kv lengths", {"layout": "padded", "lengths": "kv"}),
    Value("padded, no lengths", {"layout": "padded", "lengths": "none"}),
    Value("bhsd", {"layout": "bhsd"}),
    Value("bhsd, kv lengths", {"layout": "bhsd", "lengths": "kv"}),
    Value("dim not innermost", {"layout": "bhds"}),
    Value("orders", {"layout": {"q": "bdhs", "k": "sbhd", "v": "dshb", "out": "bhds"}, "lengths": "none"})))

# Layout, page, table, tables, pools and orders of a cache: each value of one with several of the others.
CACHE = Axis("cache", (Value("none"),) + tuple(Value(label, {"cache": cache}) for label, cache in (
    ("contiguous", {"layout": "contiguous"}),
    ("contiguous, hnd", {"layout": "contiguous", "order": "hnd"}),
    ("contiguous, dim not innermost", {"layout": "contiguous", "order": {"k": "hdn", "v": "ndh"}}),
    ("contiguous, combined", {"layout": "contiguous", "pools": "combined", "order": "hnd"}),
    ("pages of 1, csr", {"layout": "paged", "page": 1, "table": "csr"}),
    ("pages of 3", {"layout": "paged", "page": 3, "tables": "separate", "order": {"v": "hnd"}}),
    ("pages of 16", {"layout": "paged", "page": 16}),
    ("pages of 16, csr, combined", {"layout": "paged", "page": 16, "table": "csr", "pools": "combined", "order": "hnd"}),
    ("pages of 32, dim not innermost", {"layout": "paged", "page": 32, "order": {"k": "hdn"}}),
    ("pages of 64, csr", {"layout": "paged", "page": 64, "table": "csr", "tables": "separate", "order": "hnd"}),
    ("pages of 256, combined", {"layout": "paged", "page": 256, "pools": "combined"}),
    ("quantised e4m3, pages of 16", {"layout": "paged", "page": 16, "dtype": "e4m3"}),
    ("quantised i8, contiguous, dim not innermost", {"layout": "contiguous", "dtype": "i8", "order": {"k": "hdn"},
                                                     "scale": "head"}),
    ("quantised e5m2 keys, pages of 5, csr", {"layout": "paged", "page": 5, "table": "csr", "dtype": {"k": "e5m2"}}),
    ("quantised i8, combined, pages of 64", {"layout": "paged", "page": 64, "pools": "combined", "dtype": "i8"}),
    ("quantised i8 by token, pages of 7", {"layout": "paged", "page": 7, "dtype": "i8", "scale": "token", "order": {"v": "hnd"}}),
    ("quantised e4m3 by channel, contiguous", {"layout": "contiguous", "dtype": "e4m3", "scale": "channel", "order": "hnd"}),
    ("quantised i4 by token, combined, pages of 16", {"layout": "paged", "page": 16, "pools": "combined", "dtype": "i4",
                                                      "scale": "token", "group": 32}))))
# A new key that is rounded to 4 bits may be off by a step of them, so scores are small here too; see SCALE.
CACHE = Axis("cache", tuple(Value(value.label, {**value.fields, "score": {"scale": 0.05}}) if " i4 " in value.label else value
                            for value in CACHE.values))
# Which tokens the cache holds, and whose a request reads.
HELD = Axis("held", (Value("off"),) + tuple(Value(label, {"cache": cache}) for label, cache in (
    ("window", {"window": 40}),
    ("window, some kept", {"window": 71, "keep": 5}),
    ("beams", {"beams": 2}),
    ("beams, a prompt, window", {"beams": {"width": 3, "shared_prompt": True}, "window": 64}))))
APPEND = Axis("append", (Value("off"), Value("end", {"append": "end"}), Value("write_indices", {"append": "write_indices"}),
                         Value("end, keys returned", {"append": "end", "outputs": ["k_rotated"]}),
                         Value("active", {"active": True})))
PHASE = Axis("phase", (Value("prefill"), Value("decode", {"phase": "decode"}),
                       Value("decode, 4 tokens", {"phase": "decode", "new_tokens": 4}),
                       Value("decode, 16 tokens", {"phase": "decode", "new_tokens": 16})))

QKV = Axis("qkv", (Value("separate"), Value("fused", {"qkv": "fused"})))
QKV_BIAS = Axis("qkv_bias", (Value("off"), Value("on", {"qkv_bias": True})))

def rope(label, fields, inputs=None, reads_q=True):
    return Value(label, {"rope": {"of": ["q", "k"], **fields}, "inputs": inputs or {}}, reads_q)


# All with a dim of 8, that every head has; lengths that some requests of a check exceed.
LISTS = {"short_factor": [1.0, 1.1, 1.3, 1.7], "long_factor": [1.5, 2.0, 4.0, 9.0], "original_length": 64, "factor": 8.0}
IDS_OF = ["batch", "kv_len"]
TABLES = {"tables": {"cos": "co", "sin": "si"}}
ROPE = Axis("rope", (
    Value("off"),
    rope("neox", {}),
    rope("gptj", {"style": "gptj"}),
    rope("neox, 6 dims", {"dim": 6}),
    rope("gptj, 6 dims", {"style": "gptj", "dim": 6}),
    rope("neox, 8 dims, linear", {"dim": 8, "scaling": {"linear": 4.0}}),
    rope("of q", {"of": ["q"]}),
    rope("of k", {"of": ["k"], "style": "gptj"}, reads_q=False),
    rope("ntk", {"scaling": {"ntk": {"factor": 4.0, "original_length": 64}}}),
    rope("llama3", {"base": 500000.0, "scaling": {"llama3": {"factor": 8.0, "original_length": 128}}}),
    rope("yarn", {"scaling": {"yarn": {"factor": 16.0, "original_length": 64}}}),
    rope("longrope", {"dim": 8, "scaling": {"longrope": LISTS}}),
    rope("frequencies", {"dim": 8, "frequencies": "inv"}, {"inv": side([4], "f32")}),
    rope("tables", {"dim": 8, **TABLES}, {name: side([90, 4], "f16") for name in ("co", "si")}),
    rope("tables by token", {"dim": 8, "style": "gptj", **TABLES},
         {name: side([*IDS_OF, 4], "f32") for name in ("co", "si")}),
    rope("positions", {"positions": "ids"}, {"ids": side(IDS_OF, "i32")}),
    rope("positions of q by row", {"style": "gptj", "positions": {"q": "ids"}}, {"ids": side(["batch", "q_len"], "i32")},
         reads_q=False),
    rope("sections", {"dim": 8, "positions": "ids", "sections": [1, 1, 2]}, {"ids": side([3, *IDS_OF], "i32")}),
    rope("sections of tables", {"dim": 8, "style": "gptj", "positions": "ids", "sections": [1, 3], **TABLES},
         {"ids": side([2, "kv_len"], "i32"), "co": side([200, 4], "bf16"), "si": side([200, 4], "bf16")})))
ALIGNMENT = Axis("alignment", (Value("default"),) + tuple(Value(str(b), {"alignment": b}) for b in (8, 4, 2)))

ANCHOR = Axis("anchor", (Value("default"), Value("bottom_right", {"anchor": "bottom_right"}),
                         Value("top_left", {"anchor": "top_left"})))

NONE = mask("none", "none", reads_q=False)
CAUSAL = mask("causal", "causal")
IDS = mask("documents", {"documents": "ids$"}, inputs={"ids$": side(["batch", "kv_len"], "i32")})
PREFIX_INPUT = mask("prefix_lm input", {"prefix_lm": "n$"}, inputs={"n$": side(["batch"], "i32")})
STREAMING = mask("streaming", {"streaming": {"window": 20, "keep": 4}})
WINDOW = mask("window", {"window": {"left": 40, "right": 9}})
CHUNKED = mask("chunked", {"chunked": 48})
LEFT_PADDING = mask("left_padding input", {"left_padding": "pad$"}, reads_q=False,
                    inputs={"pad$": side(["batch"], "i32")})
STRIDED = mask("strided blocks", {"strided": {"local": 2, "stride": 3, "block": 16, "head_step": 1}})
TREE = mask("tree", {"tree": "tree$"}, reads_q=False, inputs={"tree$": side(["batch", "q_len", "q_len"], "bool")})
TENSOR = mask("tensor", {"tensor": "seen$"}, reads_q=False,
              inputs={"seen$": side(["batch", 1, "q_len", "kv_len"], "bool")})
BITS = mask("bits", {"bits": "words$"}, reads_q=False, inputs={"words$": side(["batch", "q_len", 16], "i32")})
BLOCKS = mask("block_sparse", {"block_sparse": {"map": "map$", "q_block": 32, "kv_block": 48}}, reads_q=False,
              inputs={"map$": side(["heads", 16, 8], "bool")})
AFFINE = mask("expression", "kv <= q + 5 and 2 * q - kv < 300")

MASK = Axis("mask", (
    NONE, CAUSAL, WINDOW, CHUNKED, STREAMING, IDS, PREFIX_INPUT, LEFT_PADDING, STRIDED, TREE, TENSOR, BITS, BLOCKS,
    AFFINE,
    mask("sliding_window 1", {"sliding_window": 1}),
    mask("sliding_window", {"sliding_window": 33}),
    mask("window left", {"window": {"left": 70}}),
    mask("window right", {"window": {"right": 0}}),
    mask("prefix_lm", {"prefix_lm": 17}),
    mask("prefix_lm param", {"prefix_lm": "p$"}, params={"p$": {"type": "i32"}}),
    mask("left_padding param", {"left_padding": "pad$"}, reads_q=False,
         params={"pad$": {"type": "i32", "default": 66}}),
    mask("documents of all", {"documents": "ids$"}, inputs={"ids$": side(["kv_len"], "i32")}),
    mask("strided", {"strided": {"local": 9, "stride": 7}}),
    mask("tree bits", {"tree": "tree$"}, reads_q=False, inputs={"tree$": side(["q_len", 16], "i32")}),
    mask("tensor broadcast", {"tensor": "seen$"}, reads_q=False,
         inputs={"seen$": side(["heads", 1, "kv_len"], "bool")}),
    mask("bits of heads", {"bits": "words$"}, reads_q=False,
         inputs={"words$": side(["kv_heads", 1, 16], "i32")}),
    mask("block_sparse bits", {"block_sparse": "map$"}, reads_q=False, inputs={"map$": side([4, 1], "i32")}),
    mask("bsr", {"bsr": {"indptr": "ptr$", "indices": "col$", "q_block": 32, "kv_block": 48}}, reads_q=False,
         inputs={"ptr$": side(["batch", 11], "i32"), "col$": side(["heads", 24], "i32")}),
    mask("documents by starts", {"documents": {"starts": "cu$"}}, inputs={"cu$": side(["batch", 7], "i32")}),
    mask("tree by parents", {"tree": {"parents": "par$"}}, reads_q=False,
         inputs={"par$": side(["batch", "q_len"], "i32")}),
    mask("expression of windows", "kv < 9 or 40 <= kv < 60 or 150 <= kv < 153 or q - 20 <= kv <= q"),
    mask("expression of heads", "kv - q < 8 * h + b or (kv < 4 and kvh == 0)"),
    mask("expression of divisors", "(kv // 3 + q) % 5 < 3 and kv <= q"),
    mask("expression of lengths", "kv >= kv_len - q_len - 30 and q_row != kv", reads_q=False),
    mask("expression of inputs", "kv < min(reach$[b, h] * 40, q + w$)",
         inputs={"reach$": side(["batch", "heads"], "i32")}, params={"w$": {"type": "i32", "default": 25}}),
))

SECOND = Axis("second mask", (Value("-"), CAUSAL, WINDOW, IDS, TENSOR, BLOCKS, AFFINE))

# "A" and "B" stand for the first and the second mask.
COMBINE = Axis("combine", (
    Value("A", {"mask": "A"}), Value("not A", {"mask": {"not": "A"}}),
    Value("all", {"mask": {"all": ["A", "B"]}}), Value("any", {"mask": {"any": ["A", "B"]}}),
    Value("all, not", {"mask": {"all": ["A", {"not": "B"}]}}),
    Value("any, not all", {"mask": {"any": [{"not": "A"}, {"not": {"all": ["B", "A"]}}]}}),
    Value("all of any", {"mask": {"all": [{"any": ["A", "B"]}, {"any": ["kv % 4 != 1", "B"]}]}})))

# Rounding of rotated or quantised keys must leave a logit certain to less than ln 2, or the reference has no bound for its row:
# so a small scale here, and slopes below 1 in the first two expressions.
SCALE = score("scale", (
    Value("number", {"score": {"scale": 0.05}}),
    Value("param", {"score": {"scale": "tau"}, "params": {"tau": {"type": "f32", "default": 0.05}}})))
SOFTCAP = score("softcap", (Value("4", {"score": {"softcap": 4.0}}),))
LOGN = score("logn", (Value("50", {"score": {"logn": 50}}, reads_q=True),))
BIAS = score("bias", (
    Value("f32", {"score": {"bias": "bias"}, "inputs": {"bias": side([1, "heads", "q_len", "kv_len"], "f32")}}),
    Value("f16 of requests", {"score": {"bias": "bias"}, "inputs": {"bias": side(["batch", 1, "kv_len"], "f16")}}),
    Value("bf16 of kv heads", {"score": {"bias": "bias"}, "inputs": {"bias": side(["kv_heads", "q_len", 1], "bf16")}})))
ALIBI = score("alibi", (
    Value("computed", {"score": {"alibi": "computed"}}, reads_q=True),
    Value("distance", {"score": {"alibi": {"slopes": "computed", "form": "distance"}}}, reads_q=True),
    Value("slice, scaled", {"score": {"alibi": {"total_heads": 24, "first_head": "first", "scaled": True}},
                            "params": {"first": {"type": "i32", "default": 7}}}, reads_q=True),
    Value("slopes", {"score": {"alibi": {"slopes": "slope", "form": "distance", "scaled": True}},
                     "inputs": {"slope": side(["batch", "heads"], "f32")}}, reads_q=True)))
RELATIVE = score("relative_bias", (
    Value("causal", {"score": {"relative_bias": "buckets"}, "inputs": {"buckets": side([8, "heads"], "f32")}},
          reads_q=True),
    Value("bidirectional", {"score": {"relative_bias": {"table": "buckets", "bidirectional": True,
                                                        "max_distance": 60}},
                            "inputs": {"buckets": side(["heads", 8], "f16")}}, reads_q=True)))


def expr(label, text, reads_q=False, inputs=None, params=None):
    return Value(label, {"score": {"expr": text}, "inputs": inputs or {}, "params": params or {}}, reads_q)


# Together: every function, operator and variable of the language.
EXPR = score("expr", (
    expr("min max clamp tanh sigmoid", "0.25 * (min(s, 3.0, kv * 0.5) + clamp(max(s, -2.0), -1.5, 1.5) - tanh(s) * sigmoid(-s))"),
    expr("gelu silu relu", "0.5 * gelu(s) - 0.25 * silu(s) + 0.25 * relu(s)"),
    expr("exp exp2 abs log sqrt", "s * exp2(-0.01 * abs(q - kv)) + exp(-abs(s)) + log(kv + 1.5) - sqrt(kv_len + q_len * 1.0)",
         reads_q=True),
    expr("if else bit", "(s if kv // 3 % 2 == 0 and not kv == 4 else 0.5 * s) + (1.0 if bit(b + 5 * h, kv % 4) or kv > 90 else -0.25)"),
    expr("indices", "s / (1 + kvh) - h / 3 + b - (q_row - kv) / 100.0"),
    expr("inputs", "s * (0.25 if late[b, q_row] else 1.0) + table[kv % 7, h] * gain",
         inputs={"table": side([7, "heads"], "bf16"), "late": side(["batch", "q_len"], "bool")},
         params={"gain": {"type": "f32", "default": -0.5}})))

SINKS = score("sinks", (
    Value("f32", {"score": {"sinks": "sink"}, "inputs": {"sink": side(["heads"], "f32")}}),
    Value("bf16, not in lse", {"score": {"sinks": {"logits": "sink", "in_lse": False}},
                               "inputs": {"sink": side(["heads"], "bf16")}})))

OUTPUTS = Axis("outputs", (Value("out, lse", {"outputs": ["out", "lse"]}), Value("out", {"outputs": ["out"]}),
                          Value("all", {"outputs": ["out", "lse", "row_max", "max_logit"]}),
                          Value("out, max_logit", {"outputs": ["out", "max_logit"]}),
                          Value("debug", {"outputs": ["out", "lse", "debug"]})))

DTYPE = Axis("dtype", (
    Value("f16", {"dtype": "f16"}), Value("bf16", {"dtype": "bf16"}), Value("f32", {"dtype": "f32"}),
    Value("f32 as tf32", {"dtype": "f32", "precision": "tf32"}),
    Value("f16, f16 sums", {"dtype": "f16", "accumulate": "f16"})))

FAMILY = Axis("family", (
    Value("default"), Value("fallback", {"fallback": "plain"}), Value("mma", {"schedule": {"family": "mma"}}),
    Value("plain", {"schedule": {"family": "plain"}})))

ARCH = Axis("arch", tuple(Value(arch) for arch in ("sm_80", "sm_75", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120")))

AXES = (
    HEADS,
    numbers("head_dim", (64, 8, 40, 80, 128, 136, 192, 256)),
    numbers("head_dim_v", (16, 72, 128, 256), optional=True),
    DTYPE, FAMILY,
    numbers("out_dtype", ("f32", "e4m3", "e5m2", "i8"), optional=True),
    LAYOUT, CACHE, HELD, APPEND, PHASE, QKV, QKV_BIAS, ROPE, ALIGNMENT, ANCHOR, MASK, SECOND, COMBINE, SCALE, SOFTCAP, LOGN, BIAS, ALIBI, RELATIVE, EXPR, SINKS, OUTPUTS,
    pins("tile_q", (16, 32, 48, 64, 128)),
    pins("tile_kv", (16, 48, 64, 128)),
    pins("stages", (1, 2, 3, 4)),
    pins("warps", (1, 2, 4, 8)),
    pins("block_map", (True, False)),
    pins("packing", (True, False)),
    ARCH,
)

# Kernels that only append: no queries, no scores, no schedule.
def of_k(value):
    return Value(value.label, {"rope": {**value.fields["rope"], "of": ["k"]}, "inputs": value.fields.get("inputs", {})})


APPEND_AXES = (
    Axis("phase", (Value("append", {"phase": "append"}),)),
    HEADS,
    numbers("head_dim", (64, 8, 40, 80, 128, 136, 192, 256)),
    numbers("head_dim_v", (16, 72, 128, 256), optional=True),
    Axis("dtype", tuple(Value(dtype, {"dtype": dtype}) for dtype in ("f16", "bf16", "f32"))),
    Axis("layout", tuple(value for value in LAYOUT.values if value.label != "orders") + (
        Value("orders", {"layout": {"k": "sbhd", "v": "dshb"}, "lengths": "none"}),)),
    Axis("cache", tuple(Value(value.label, {"cache": value.fields["cache"]}) for value in CACHE.values[1:])),
    Axis("held", tuple(value for value in HELD.values if "beams" not in value.label)),
    Axis("append", (Value("left out"),) + APPEND.values[1:4]),
    QKV, QKV_BIAS,
    Axis("rope", (Value("off"),) + tuple(of_k(value) for value in ROPE.values[1:]
                                               if value.label not in ("of q", "positions of q by row"))),
    ALIGNMENT,
    Axis("outputs", (Value("none"), Value("debug", {"outputs": ["debug"]}))),
    ARCH,
)
TABLES = {"attention": AXES, "append": APPEND_AXES}
