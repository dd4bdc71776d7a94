# same-ir.py TRANSLATE FOLDER - imports pairs of specs that differ in how the mask is written only.
import pathlib
import subprocess
import sys

PAIRS = [
    ("causal", '"kv <= q"'),
    ("causal", '"not (q < kv)"'),
    ("{all: [causal, {sliding_window: 4096}]}", '"kv <= q and q - kv < 4096"'),
    ("{all: [causal, {window: {left: 4095, right: 0}}]}", '"kv <= q and kv + 4096 > q"'),
    ("{window: {left: 3, right: 5}}", '"q - 3 <= kv <= q + 5"'),
    ("{chunked: 128}", '"q // 128 == kv // 128"'),
    ("{any: [{sliding_window: 64}, \"kv < 4\"]}", '"(q - kv <= 63 and kv <= q) or kv < 4"'),
    ("{not: causal}", '"kv > q"'),
    ("none", '"1 < 2"'),
]

HEAD = "attnc: 1\nname: same\nphase: prefill\nheads: 4\nhead_dim: 64\ndtype: f16\nlayout: packed\n"
translate, folder = sys.argv[1], pathlib.Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)


def imported(mask):
    path = folder / "spec.yaml"
    path.write_text(f"{HEAD}mask: {mask}\n")
    return subprocess.run([translate, "--import-spec", path], check=True, capture_output=True, text=True).stdout


for sugar, expression in PAIRS:
    same = imported(sugar) == imported(expression)
    print("same  " if same else "differ", sugar, "|", expression)
