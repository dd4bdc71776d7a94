#!/usr/bin/env python3
"""neighbours.py - a kernel pays for nothing that its spec lacks: the emitted text of specs that differ in one feature.

The interior loop is the text between the braces of the loop marked "interior". A neighbour that changes what happens
at edges, before or after the loop has the interior of the spec beside it, letter for letter; one that adds a score has
one more map there and the scale outside exp2. Where the first key to copy is not key 0 its name stands there instead. And no text names what its spec does not ask for.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

BASE = {
    "attnc": "1", "name": "base", "phase": "prefill", "heads": "{query: 8, kv: 2}", "head_dim": "64", "dtype": "f16",
    "layout": "packed", "mask": "causal", "outputs": "[out]",
}

# What a neighbour changes, and that leaves the interior as it is.
ELSEWHERE = {
    "lse": {"outputs": "[out, lse]"},
    "row maximum": {"outputs": "[out, row_max]"},
    "largest logit": {"outputs": "[out, max_logit]"},
    "sinks": {"score": "{sinks: sink}", "inputs": "{sink: {shape: [heads], dtype: f32}}"},
    "f32 output": {"out_dtype": "f32"},
    "no group": {"heads": "8"},
    "anchor": {"anchor": "top_left"},
    "padded": {"layout": "padded"},
    "padded without lengths": {"layout": "padded", "lengths": "none"},
    "heads first": {"layout": "bhsd"},
    "window": {"mask": "{window: {left: 400, right: 0}}"},
    "both sides": {"mask": "{window: {left: 100, right: 100}}"},
    "expression": {"mask": "kv <= q + 3"},
    "window by parameter": {"mask": "{all: [causal, q - kv < w]}", "params": "{w: {type: i32}}"},
    "prefix by input": {"mask": "{prefix_lm: n}", "inputs": "{n: {shape: [batch], dtype: i32}}", "schedule": "{tile_q: 128}"},
    "kv lengths only": {"layout": "padded", "lengths": "kv"},
}

# A score, and the one map that it adds.
SCORES = {
    "soft-cap": {"score": "{softcap: 30}"},
    "alibi": {"score": "{alibi: computed}"},
    "expression": {"score": "{expr: s * 0.5 + q}"},
    "scale by parameter": {"score": "{scale: g}", "params": "{g: {type: f32}}"},
    "bias": {"score": "{bias: t}", "inputs": "{t: {shape: [heads, q_len, kv_len], dtype: f16}}", "schedule": "{tile_q: 128}"},
}

# Words of the text, and what of a spec asks for them.
ASKED_BY = {
    "attn::softcap": r"softcap",
    "attn::tanh": r"tanh|silu|gelu|sigmoid",
    "SideTensor": r"inputs:|dtype: .*(e4m3|e5m2|i8)",
    "finish_with_sink": r"sinks",
    "store_max": r"max_logit",
    "dump": r"debug",
    r"\blse\b": r"lse",
    "bf16": r"bf16",
    r"\bf16\b": r"\bf16",
    "SpanWalk": r"streaming|any| or ",
    ".search(": r"search|starts|bsr",
    ".reaches(": r"reaches|parents",
    "BlockWalk": r"inputs:|block_map",
    "q_lens": r"layout: (?!packed)",
    "cu_q": r"packed",
}


def compile_text(attnc, path):
    done = subprocess.run([attnc, "compile", str(path), "--arch", "sm_90", "--emit", "cuda", "-o", "-"],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{path}: {done.stderr}")
    return done.stdout


def interior(text):
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if line.endswith("{  // interior")]
    if len(starts) != 1:
        return None
    end = next(i for i in range(starts[0], len(lines)) if lines[i] == "  }")
    return [line.replace("k_rows, kv + kTileKv, key_begin,", "k_rows, kv + kTileKv, 0,")
            .replace("v_rows, kv + kTileKv, key_begin,", "v_rows, kv + kTileKv, 0,") for line in lines[starts[0] + 1:end]]


def without_map(lines):
    """The interior of a spec with a score, as it were without: one map less, and the scale in exp2."""
    kept, maps, inside = [], 0, False
    for line in lines:
        if line.startswith("    warp::map("):
            maps, inside = maps + 1, True
        if not inside:
            kept.append(line.replace("kLog2E", "kScaleLog2"))
        inside = inside and line != "    });"
    return kept, maps


def main():
    attnc, catalog = sys.argv[1], Path(sys.argv[2])
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        def text_of(changes):
            path = Path(folder) / "spec.yaml"
            path.write_text("".join(f"{key}: {value}\n" for key, value in {**BASE, **changes}.items()))
            return compile_text(attnc, path)

        base = interior(text_of({}))
        assert base, "the base spec has an interior loop"
        for name, changes in ELSEWHERE.items():
            found = interior(text_of(changes))
            if found != base:
                problems.append(f"{name}: expected the interior of the base spec, got\n" + "\n".join(found or ["none"]))
        for name, changes in SCORES.items():
            found = interior(text_of(changes))
            kept, maps = without_map(found or [])
            if maps != 1 or [re.sub("<true>", "<false>", line) for line in kept] != base:
                problems.append(f"{name}: expected the interior of the base spec and one map, got\n" + "\n".join(found or ["none"]))
    specs = sorted(catalog.glob("*.yaml"))
    for path in specs:
        asked = "\n".join(line.split("#")[0] for line in path.read_text().splitlines())
        body = "\n".join(line.split("//")[0] for line in compile_text(attnc, path).splitlines())
        for word, pattern in ASKED_BY.items():
            present = re.search(word, body) if "\\b" in word else word in body
            if present and not re.search(pattern, asked):
                problems.append(f"{path.name}: the text has '{word}', and nothing asks for it")
    print("\n".join(problems))
    print(f"{len(ELSEWHERE)} neighbours of one interior, {len(SCORES)} with one map more, {len(specs)} specs: {len(problems)} problems")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
