"""support.py FILE: the JSON of `attnc support` is whole, and agrees with `attnc compile` on some of its answers."""

import json
import re
import sys

# Why a feature may be refused. Another reason is more likely a mistake in the probe: look before you add it.
REASONS = re.compile("is reserved and not implemented yet|head_dim|schedule: expected at most|tensor cores|f16 inputs|f32 inputs")

document = json.load(open(sys.argv[1], encoding="utf-8"))
assert document["ok"] and document["archs"] == ["sm_80"], document["archs"]
plain = {(probe["dtype"], probe["head_dim"]): probe for probe in document["sizes"]}
assert plain["f16", 128]["supported"] and plain["bf16", 8]["supported"]
assert not plain["bf16", 12]["supported"] and "multiple of 8" in plain["bf16", 12]["error"]["message"]
refused = [probe for probe in document["sizes"] + document["features"] if not probe["supported"]]
for probe in refused:
    error = probe["error"]
    assert error["line"] > 0 and error["column"] > 0 and error["code"] in ("invalid spec", "unsupported"), probe
    assert REASONS.search(error["message"]), probe
    # The place is in the probe's own text.
    assert len(probe["spec"].splitlines()[error["line"] - 1]) >= error["column"], probe
names = {probe["feature"] for probe in document["features"]}
for name in ("MHA", "causal, bottom right", "sinks in the lse", "bit tensor", "f32 out"):
    answers = [probe["supported"] for probe in document["features"] if probe["feature"] == name]
    assert len(answers) >= 8 and all(answers), (name, answers)
assert len(names) > 50, len(names)
