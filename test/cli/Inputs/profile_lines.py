"""profile_lines.py TEXT FIELD...: of a profile (JSON), each line of the kernel that has TEXT and ran, with the values at
the dotted FIELDs; then what the lines sum up to."""

import json
import sys

profile = json.load(sys.stdin)
text, fields = sys.argv[1], sys.argv[2:]


def at(value, path):
    for part in path.split("."):
        value = value.get(part, 0)
    return value


for kernel in profile["kernels"]:
    for line in kernel["lines"]:
        if text in line.get("text", ""):
            print("line", *(at(line, field) for field in fields), line["spec"])
    for field in ("warp_instructions", "mma_flops", "shared.wavefronts", "global.sectors"):
        total = sum(at(line, field) for line in kernel["lines"])
        assert total == at(kernel, field), (field, total, at(kernel, field))
print("sums agree")
