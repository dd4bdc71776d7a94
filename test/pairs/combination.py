"""combination.py - a value of every axis becomes the text of a spec.

Must not know which combinations make sense: the compiler's answer to any of them is what is tested.
"""
import re

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def merged(into, fields):
    for key, value in fields.items():
        if isinstance(value, dict) and key != "mask" and isinstance(into.get(key), dict):
            merged(into[key], value)
        elif key == "outputs" and key in into:
            into[key] = value + into[key]
        else:
            into[key] = dict(value) if isinstance(value, dict) and key != "mask" else value
    return into


def in_slot(node, slot):
    """The node with "$" in its names replaced by the number of its slot."""
    if isinstance(node, dict):
        return {in_slot(key, slot): in_slot(value, slot) for key, value in node.items()}
    if isinstance(node, list):
        return [in_slot(item, slot) for item in node]
    return node.replace("$", slot) if isinstance(node, str) else node


def combined(template, masks):
    if isinstance(template, dict):
        return {key: combined(value, masks) for key, value in template.items()}
    if isinstance(template, list):
        return [combined(item, masks) for item in template]
    return masks.get(template, template)


def fields_of(combination):
    """The keys of the spec, by the axes' own order."""
    fields, masks = {}, {}
    for axis, value in combination.items():
        if axis in ("mask", "second mask"):
            slot, letter = ("1", "A") if axis == "mask" else ("2", "B")
            own = in_slot(value.fields, slot)
            if "mask" in own:
                masks[letter] = own.pop("mask")
            merged(fields, own)
        elif axis != "arch":
            merged(fields, value.fields)
    if masks:
        fields["mask"] = combined(fields["mask"], masks)
    reads = " ".join(str(fields.get(key, "")) for key in ("mask", "score", "rope"))
    for section in ("inputs", "params"):
        kept = {n: d for n, d in fields.get(section, {}).items() if re.search(rf"\b{re.escape(n)}\b", reads)}
        fields.pop(section, None)
        if kept:
            fields[section] = kept
    return fields


def flow(node):
    if isinstance(node, dict):
        return "{" + ", ".join(f"{key}: {flow(value)}" for key, value in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(map(flow, node)) + "]"
    if isinstance(node, bool):
        return "true" if node else "false"
    if isinstance(node, str) and not WORD.match(node):
        return f'"{node}"'
    return str(node)


def spec_text(combination, name):
    fields = {"attnc": 1, "name": name, "phase": "prefill", **fields_of(combination)}
    lines = []
    for key, value in fields.items():
        if key in ("inputs", "params"):
            lines.append(f"{key}:")
            lines += [f"  {item}: {flow(declared)}" for item, declared in value.items()]
        else:
            lines.append(f"{key}: {flow(value)}")
    return "\n".join(lines) + "\n"
