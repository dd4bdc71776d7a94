"""rules.py - which combinations may be refused, by which message, and why; and which are slow, or mean nothing.

A refusal counts only if its combination fits the rule and its text the rule's expression: a rule excuses nothing
else. The generator keeps out of the way of all rules, so that a refusal costs the pair that it is about and no other;
a pair that a refusal may concern in any company is made alone, among defaults.
"""
import re
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Rule:
    name: str
    axes: tuple  # names; `applies` takes the values of these axes in this order
    applies: Callable  # then those of `also`, None where an axis has no value yet
    why: str
    message: str = ""  # a regular expression
    also: tuple = ()
    example: tuple = ()  # (axis, label) beside defaults: a combination that is refused, where no single pair is

    def fits(self, combination):
        return all(axis in combination for axis in self.axes) and self.applies(
            *(combination[a] for a in self.axes), *(combination.get(a) for a in self.also))

    def explains(self, text):
        return bool(self.message) and re.search(self.message, text) is not None


def number(value, otherwise):
    return otherwise if value.label == "default" else int(value.label)


SHARED_BYTES = {"sm_75": 64, "sm_80": 163, "sm_86": 99, "sm_89": 99, "sm_90": 227, "sm_100": 227, "sm_120": 99}


def panels(columns, dtype):
    return (columns * (4 if dtype.label.startswith("f32") else 2) + 127) // 128 * 128


def may_be_plain(dtype, family, arch):
    return family.label == "plain" or (family.label == "fallback" and (dtype.label == "f32" or arch.label == "sm_75"))


def may_exceed_shared(keys, values, tile_q, tile_kv, stages, out_dtype, arch, dtype, cache):
    """By the largest tiles and the fewest stages that the compiler itself would take where nothing is pinned."""
    dim = int(keys.label)
    dim_v = number(values, dim)
    if all(pin.label == "default" for pin in (tile_q, tile_kv, stages)):
        return False
    row, row_v = panels(dim, dtype), panels(dim_v, dtype)
    queries = number(tile_q, 128) * row
    if out_dtype.label in ("e4m3", "e5m2", "i8"):
        out = number(tile_q, 128) * ((dim_v + 127) // 128 * 128)
    else:
        out = 0 if out_dtype.label == "f32" or dtype.label.startswith("f32") else number(tile_q, 128) * row_v
    tiles = number(stages, 1) + ("by token" in cache.label)  # of scaled bytes, which are in rings of their own
    ring = tiles * number(tile_kv, 64 if max(dim, dim_v) <= 128 else 32) * (row + row_v)
    return max(queries, out) + (queries if out > queries else 0) + ring > SHARED_BYTES[arch.label] * 1024


def uneven_rows(tile_q, warps):
    return tile_q.label != "default" and warps.label != "default" and int(tile_q.label) % (16 * int(warps.label)) != 0


def too_many_warps(warps, tile_q, keys, values, dtype, family, arch, phase):
    """Eight warps need 128 rows, which the compiler's own tile may not have; the plain family's and decode's may have 16."""
    least = 1 if may_be_plain(dtype, family, arch) or phase.label != "prefill" else 4
    return tile_q.label == "default" and warps.label != "default" and int(warps.label) > least


# What a score costs beside scale and causal mask, in about the operations of a soft-cap.
WEIGHTS = {"softcap": 1, "logn": 1, "bias": 1, "alibi": 2, "relative_bias": 3, "expr": 3, "mask": 1, "second mask": 1}


def heavy(tile_q, warps, tile_kv, keys, values, dtype, family, arch, *terms):
    """What a lane holds of out, and what it computes of scores: all of it is unrolled, and compiled slower than it grows.
    Without tensor cores every product of weights and values is an instruction."""
    rows = number(tile_q, 64)
    rows /= next(count for count in (number(warps, 4), 2, 1) if rows % (16 * count) == 0 or warps.label != "default")
    columns = max(int(keys.label), number(values, int(keys.label)))
    scores = rows * number(tile_kv, 64 if columns <= 128 else 32) / 32
    weight = 1 + sum(WEIGHTS[axis] for axis, term in zip(WEIGHTS, terms)
                     if term is not None and term.label not in ("off", "none", "-"))
    if may_be_plain(dtype, family, arch) and rows * columns * number(tile_kv, 32) > 16 * 64 * 64:
        return True
    return rows * columns > 4096 or scores * weight > 288


# First masks of which every visible key is also visible by a second one.
INSIDE = {
    "causal": ("causal", "streaming", "strided blocks", "sliding_window 1", "sliding_window", "window right", "strided",
               "expression of divisors"),
    "window": ("window", "sliding_window 1", "sliding_window"),
    "expression": ("expression",),
}


# Masks by which heads visit different keys, or of which a block map would be of each head.
HEAD_BOUNDS = ("strided blocks", "strided", "expression of heads", "expression of inputs")
HEAD_READS = ("block_sparse", "bsr", "tensor broadcast", "bits of heads")


def differs_by_head(packing, block_map, *masks):
    labels = [mask.label for mask in masks]
    return packing.label == "True" and (any(label in HEAD_BOUNDS for label in labels) or
                                        (block_map.label != "False" and any(label in HEAD_READS for label in labels)))


REFUSALS = (
    Rule("append without a cache", ("cache", "append"), lambda cache, append: cache.label == "none" and append.label != "off",
         "S61, S90: new tokens have nowhere to go", r"expected a 'cache' (where tokens are appended|beside 'active')"),
    Rule("a window or beams without a cache", ("cache", "held"),
         lambda cache, held: cache.label == "none" and held.label != "off",
         "they are of a cache", r"expected 'layout' in 'cache', got none"),
    Rule("a window or beams of a CSR table", ("cache", "held"),
         lambda cache, held: "csr" in cache.label and held.label != "off",
         "S93, S94: pages say how many tokens a request has, and here they do not", r"expected a dense page table"),
    Rule("active keys beside a quantised cache", ("cache", "append"),
         lambda cache, append: "quantised" in cache.label and append.label == "active",
         "S91: they are never quantised", r"expected a cache of the dtype beside 'active'"),
    Rule("rows of 4 bits", ("cache", "head_dim", "head_dim_v"),
         lambda cache, keys, values: ("i4" in cache.label and
                                      (int(keys.label) % 32 != 0 or number(values, int(keys.label)) % 32 != 0)),
         "S86, S87: 32 of them are copied at a time, and as many share a scale here", r"a multiple of 32|expected a 'group' of a multiple of 16 dims that divides",
         example=(("cache", "quantised i4 by token, combined, pages of 16"), ("head_dim_v", "16"))),
    Rule("keys returned that are not rotated", ("append", "rope"),
         lambda append, rope: append.label == "end, keys returned" and rope.label in ("off", "of q"),
         "S64: they would be the input", r"expected 'k_rotated' only of keys that are rotated"),
    Rule("fused qkv beside a cache", ("cache", "append", "qkv"),
         lambda cache, append, qkv: cache.label != "none" and append.label == "off" and qkv.label == "fused",
         "S54: where keys are cached, the tensor of new tokens has queries only", r"expected q, k and v in tensors of their own",
         example=(("cache", "pages of 16"), ("qkv", "fused"))),
    Rule("a bias beside a cache", ("cache", "append", "qkv_bias"),
         lambda cache, append, bias: cache.label != "none" and append.label == "off" and bias.label == "on",
         "S54: keys are stored with their bias", r"expected no 'qkv_bias' where k and v are cached",
         example=(("cache", "pages of 16"), ("qkv_bias", "on"))),
    Rule("CSR without lengths", ("cache", "layout"),
         lambda cache, layout: "csr" in cache.label and layout.label in ("padded, no lengths", "orders"),
         "S55: a CSR table says how long requests are", r"expected 'lengths' kv or both where a CSR page table"),
    Rule("values of combined pools", ("cache", "head_dim", "head_dim_v"),
         lambda cache, keys, values: "combined" in cache.label and number(values, int(keys.label)) != int(keys.label),
         "S56: keys and values are halves of one tensor", r"expected 'head_dim_v' to be head_dim",
         example=(("cache", "pages of 256, combined"), ("head_dim_v", "16"))),
    Rule("orders of k and v beside a cache", ("cache", "append", "layout"),
         lambda cache, append, layout: cache.label != "none" and append.label == "off" and layout.label == "orders",
         "K1: the cache says how keys lie", r"unknown key 'k' in 'layout'"),
    Rule("f32 over a quantised cache", ("cache", "dtype"),
         lambda cache, dtype: "quantised" in cache.label and dtype.label.startswith("f32"),
         "S59: 8 bits become 16 on their way to tensor cores", r"expected queries of f16 or bf16 where the cache is quantised"),
    Rule("sums of f16 over a quantised cache", ("cache", "dtype"),
         lambda cache, dtype: "quantised" in cache.label and dtype.label == "f16, f16 sums",
         "S59: sums of decoded keys are f32", r"expected 'accumulate: f32' where the cache is quantised"),
    Rule("rows of a quantised cache", ("cache", "head_dim", "head_dim_v"),
         lambda cache, keys, values: ("quantised" in cache.label and
                                      (int(keys.label) % 16 != 0 or number(values, int(keys.label)) % 16 != 0)),
         "S59: rows of bytes are copied 16 at a time", r"expected a head_dim that is a multiple of 16, one access of 16 bytes",
         example=(("cache", "quantised e4m3, pages of 16"), ("head_dim_v", "72"))),
    Rule("rows of a quantised out", ("out_dtype", "head_dim", "head_dim_v"),
         lambda out, keys, values: out.label in ("e4m3", "e5m2", "i8") and number(values, int(keys.label)) % 16 != 0,
         "S60: rows of bytes are stored 16 at a time", r"expected a head size of values that is a multiple of 16"),
    Rule("packing of single heads", ("packing", "heads"),
         lambda packing, heads: packing.label == "True" and "of" not in heads.label,
         "no two heads share a key head", r"for 'packing', but each query head has a KV head of its own"),
    Rule("packing with a bias of q", ("packing", "qkv_bias"),
         lambda packing, bias: packing.label == "True" and bias.label == "on",
         "rows of one tile would need a bias each", r"for 'packing', but (the bias of q differs by head|each query head)",
         example=(("packing", "True"), ("qkv_bias", "on"), ("heads", "2 of 1"))),
    Rule("packing of heads that see different keys", ("packing", "block_map", "mask", "second mask"), differs_by_head,
         "what is proved of a tile's keys has to hold for all of its rows",
         r"for 'packing', but (which keys are visited|the block map) differs by head",
         example=(("packing", "True"), ("mask", "expression of heads"), ("heads", "2 of 1"))),
    Rule("anchor without q", ("anchor", "mask", "second mask", "logn", "alibi", "relative_bias", "expr", "rope"),
         lambda anchor, *readers: anchor.label != "default" and not any(v.reads_q for v in readers),
         "S7: an anchor says where q is, and nothing asks",
         r"expected 'anchor' only where a mask, score or rope depends on q", example=(("anchor", "top_left"),)),
    Rule("anchor of fused qkv", ("anchor", "qkv", "cache"),
         lambda anchor, qkv, cache: anchor.label != "default" and qkv.label == "fused" and cache.label == "none",
         "S42: query and key of a token have one position", r"expected no 'anchor' where qkv is fused",
         example=(("anchor", "top_left"), ("qkv", "fused"), ("mask", "causal"))),
    Rule("key lengths of fused qkv", ("layout", "qkv", "cache"),
         lambda layout, qkv, cache: "kv lengths" in layout.label and qkv.label == "fused" and cache.label == "none",
         "S41: queries and keys are the same tokens", r"expected 'lengths' none or both where qkv is fused",
         example=(("layout", "padded, kv lengths"), ("qkv", "fused"))),
    Rule("values of fused qkv", ("head_dim", "head_dim_v", "qkv"),
         lambda keys, values, qkv: qkv.label == "fused" and number(values, int(keys.label)) != int(keys.label),
         "S40: heads of one tensor have one size", r"expected 'head_dim_v' to be head_dim",
         example=(("head_dim_v", "16"), ("qkv", "fused"))),
    Rule("orders of q, k and v of fused qkv", ("layout", "qkv"),
         lambda layout, qkv: layout.label == "orders" and qkv.label == "fused",
         "K1: a layout gives one order to one tensor", r"unknown key '[qk]' in 'layout'"),
    Rule("alignment of nothing", ("layout", "alignment", "qkv_bias", "cache"),
         lambda layout, alignment, bias, cache: (layout.label == "dim not innermost" and alignment.label != "default"
                                                 and bias.label == "off" and cache.label == "none"),
         "S43: where dim is not innermost nothing is aligned", r"expected 'alignment' only where head_dim is the innermost",
         example=(("layout", "dim not innermost"), ("alignment", "4"))),
    Rule("alignment of less than an element", ("dtype", "alignment"),
         lambda dtype, alignment: dtype.label.startswith("f32") and alignment.label == "2",
         "S45: an f32 has 4 bytes", r"expected 'alignment' to be at least the 4 bytes of an element of f32"),
    Rule("none inside a mask", ("mask", "combine"),
         lambda mask, combine: mask.label == "none" and combine.label != "A",
         "S14: none is the absence of a mask, not a mask", r"expected a mask that hides something inside a combination, got none"),
    Rule("a mask inside what is taken away", ("mask", "combine", "second mask"),
         lambda mask, combine, second: combine.label == "all, not" and mask.label in INSIDE.get(second.label, ()),
         "no row sees any key", r"expected a mask that shows some key to some row, got one that hides every key",
         example=(("mask", "causal"), ("combine", "all, not"), ("second mask", "causal"))),
    Rule("sinks beside an lse that is not made", ("sinks", "outputs"),
         lambda sinks, outputs: "not in lse" in sinks.label and outputs.label in ("out", "out, max_logit"),
         "S23: in_lse without lse says nothing", r"expected 'lse' among the outputs where 'in_lse' is given"),
    Rule("a block map of nothing", ("mask", "block_map"),
         lambda mask, pin: mask.label == "none" and pin.label == "True",
         "a map of the tiles that a mask shows, and no mask", r"expected a mask that hides keys for a block map, got none"),
    Rule("rows of a warp", ("tile_q", "warps"), uneven_rows,
         "mma.sync takes 16 rows a warp", r"expected tile_q to be a multiple of \d+ \(16 rows for each of \d warps\)"),
    Rule("rows of eight warps", ("warps", "tile_q", "head_dim", "head_dim_v", "dtype", "family", "arch", "phase"), too_many_warps,
         "eight warps need 128 rows; the compiler's own tile has 64 for most head sizes, and fewer without tensor cores or in decode",
         r"expected tile_q to be a multiple of \d+ \(16 rows for each of \d warps\)",
         example=(("warps", "8"), ("head_dim", "128"))),
    Rule("f32 for tensor cores", ("dtype", "family"),
         lambda dtype, family: dtype.label == "f32" and family.label in ("default", "mma"),
         "tensor cores take f32 only as tf32", r"expected f16 or bf16 inputs, or 'precision: tf32', for the tensor cores"),
    Rule("before tensor cores of 16 bits", ("arch", "family"),
         lambda arch, family: arch.label == "sm_75" and family.label in ("default", "mma"),
         "mma.sync of m16n8k16 begins with sm_80", r"expected (sm_80 or later for|f16 or bf16 inputs, or 'precision: tf32', for the tensor cores of sm_75)"),
    Rule("rounding without tensor cores", ("dtype", "family"),
         lambda dtype, family: dtype.label in ("f32 as tf32", "f16, f16 sums") and family.label == "plain",
         "S52: the plain family rounds nothing but what is stored", r"expected 'family: mma' with"),
    Rule("shared memory", ("head_dim", "head_dim_v", "tile_q", "tile_kv", "stages", "out_dtype", "arch", "dtype", "cache"),
         may_exceed_shared, "pinned tiles that the device has no room for",
         r"expected at most \d+ bytes of shared memory on sm_\d+, got \d+ for tiles of",
         example=(("head_dim", "256"), ("tile_kv", "128"), ("stages", "4"), ("arch", "sm_86"))),
)

# Of kernels that only append.
APPEND_REFUSALS = (
    Rule("scaling by a length that is not read", ("phase", "append", "rope"),
         lambda phase, append, rope: (phase.label == "append" and append.label == "write_indices"
                                      and rope.label in ("ntk", "longrope")),
         "S81: how many keys a request has is not said", r"expected a 'scaling' that is the same for any number of keys"),
    Rule("key lengths at write indices", ("phase", "append", "layout"),
         lambda phase, append, layout: (phase.label == "append" and append.label == "write_indices"
                                        and "kv lengths" in layout.label),
         "S65: no number of keys is read", r"expected 'lengths' none or both where tokens are put at write indices"),
)

# Refusals that the generator does not keep out of the way of; the pairs that they cost are made alone.
UNAVOIDED = (
    Rule("keys that the cache no longer holds", ("held", "combine"),
         lambda held, combine: "window" in held.label and combine.label in ("not A", "all, not"),
         "what is left is older than the window", r"expected a mask that shows some key to some row, got one that hides every key"),
    Rule("alignment of nothing beside a cache", ("layout", "alignment", "qkv_bias", "cache"),
         lambda layout, alignment, bias, cache: (layout.label == "dim not innermost" and alignment.label != "default"
                                                 and cache.label == "contiguous, dim not innermost"),
         "S43: where dim is not innermost nothing is aligned", r"expected 'alignment' only where head_dim is the innermost"),
)

SLOW = (
    Rule("heavy tiles", ("tile_q", "warps", "tile_kv", "head_dim", "head_dim_v", "dtype", "family", "arch"), heavy,
         "correct, but compiled for seconds; schedules that nobody would pin", also=tuple(WEIGHTS)),
)

MEANINGLESS = (
    Rule("one mask", ("second mask", "combine"),
         lambda second, combine: (second.label == "-") != (combine.label in ("A", "not A")),
         "a second mask is there if the combination reads it"),
)
