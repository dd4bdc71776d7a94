#!/usr/bin/env python3
"""exact_masks.py - every mask with a name is proved exactly: of each key that is visited some row sees it. Where data decide
that cannot be; there is then a block map, unless heads do not share it or something was proved full."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

EXACT = [
    "none", "causal", "{sliding_window: 1}", "{sliding_window: 33}", "{window: {left: 70}}", "{window: {right: 0}}",
    "{window: {left: 40, right: 9}}", "{chunked: 48}", "{all: [causal, {chunked: 48}]}", "{prefix_lm: 17}", "{prefix_lm: w}",
    "{prefix_lm: n}", "{streaming: {window: 20, keep: 4}}", "{left_padding: 5}", "{left_padding: n}",
    "{all: [causal, {left_padding: n}]}", "{all: [{sliding_window: 33}, {left_padding: w}]}",
    "{any: [{sliding_window: 33}, kv < 4]}", "{not: causal}", "{not: {window: {left: 3, right: 3}}}",
    "{any: [kv < 9, 40 <= kv < 60, 150 <= kv < 153, q - 20 <= kv <= q]}", "kv <= 2 * q and kv < q + w",
    "{all: [causal, {any: [h < 1, {streaming: {window: 40, keep: 4}}]}]}", "{any: [causal, b == 0]}", "h < 2 + w and kv <= q",
]
BY_DATA = [
    "{documents: ids}", "{all: [causal, {documents: ids}]}", "{documents: {starts: cu}}", "{tensor: seen}",
    "{bits: words}", "{block_sparse: map}", "{bsr: {indptr: cu, indices: n}}",
]
INPUTS = {"n": "{shape: [batch], dtype: i32}", "ids": "{shape: [batch, kv_len], dtype: i32}", "cu": "{shape: [9], dtype: i32}",
          "seen": "{shape: [q_len, kv_len], dtype: bool}", "words": "{shape: [q_len, 16], dtype: i32}",
          "map": "{shape: [batch, 9, 9], dtype: bool}"}


def explained(attnc, folder, mask, anchor):
    used = {name: value for name, value in INPUTS.items() if f": {name}}}" in mask or f": {name}," in mask}
    text = "attnc: 1\nname: m\nphase: prefill\nheads: 8\nhead_dim: 64\ndtype: f16\nlayout: packed\n" + anchor + f"mask: {json.dumps(mask) if mask[0] not in '{nc' else mask}\n"
    if used:
        text += "inputs:\n" + "".join(f"  {name}: {value}\n" for name, value in used.items())
    if " w}" in mask or "+ w" in mask:
        text += "params: {w: {type: i32, default: 9}}\n"
    path = Path(folder) / "m.yaml"
    path.write_text(text)
    done = subprocess.run([attnc, "compile", str(path), "--arch", "sm_90", "--emit", "tile", "-o", "-"],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{mask}: {done.stderr}")
    return {key: f'mask.{key} = "true"' in done.stdout for key in ("exact", "block_map")}


def main():
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        for mask in EXACT:
            for anchor in ("", "anchor: top_left\n"):
                if anchor and not any(word in mask for word in ("causal", "window", "chunked", "prefix", "streaming", "q")):
                    continue
                found = explained(sys.argv[1], folder, mask, anchor)
                if not found["exact"] or found["block_map"]:
                    problems.append(f"{mask} {anchor}: expected an exact proof, got {found}")
        for mask in BY_DATA:
            found = explained(sys.argv[1], folder, mask, "")
            if found["exact"] or not found["block_map"]:
                problems.append(f"{mask}: expected a block map, got {found}")
    print("\n".join(problems))
    print(f"{len(EXACT)} masks exact, {len(BY_DATA)} by block map: {len(problems)} problems")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
