"""Compares the CUDA text of five catalogue specs with the kernels kept beside this file, byte for byte.

usage: golden.py BIN_DIR            compare (the lit test)
       golden.py BIN_DIR --update   write what the compiler says now; read the diff as you would read code

Each text is made twice and must not differ, must not name anything v1 or v17, and has at most 250 lines. Where the
attnc program is built, its text must be the same as that of the separate steps.
"""
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CATALOG = HERE.parents[2] / "specs" / "catalog"
TARGET = "sm_80"
SPECS = ["llama3-prefill", "gemma2-prefill", "bert-encoder", "llama3-chunked-context", "gpt-oss-decode"]
MAX_LINES = 250


def run(command, text=None):
    done = subprocess.run([str(part) for part in command], input=text, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed ({done.returncode}):\n{done.stderr}")
    return done.stdout


def by_steps(binaries, spec):
    attn = run([binaries / "attnc-translate", "--import-spec", "--mlir-print-debuginfo", spec])
    tile = run([binaries / "attnc-opt", f"--attnc-pipeline=target={TARGET}", "--mlir-print-debuginfo"], attn)
    return run([binaries / "attnc-translate", "--emit-cuda", f"--target={TARGET}"], tile)


def by_program(binaries, spec):
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "kernel.cu"
        run([binaries / "attnc", "compile", spec, "--arch", TARGET, "--emit", "cuda", "-o", output])
        return output.read_text()


def difference(expected, got, name):
    return "".join(difflib.unified_diff(expected.splitlines(True), got.splitlines(True), name, "what attnc says now"))


def problems_of(binaries, name, text):
    spec = CATALOG / f"{name}.yaml"
    if by_steps(binaries, spec) != text:
        yield "expected the same text from two runs, got different ones"
    for word in sorted(set(re.findall(r"\bv[0-9]+\b", text))):
        yield f"expected a name with a meaning, got {word}"
    if (lines := text.count("\n")) > MAX_LINES:
        yield f"expected at most {MAX_LINES} lines, got {lines}"
    if (binaries / "attnc").exists() and (other := by_program(binaries, spec)) != text:
        yield "expected `attnc compile` to agree with the separate steps:\n" + difference(text, other, "steps")
    kept = HERE / f"{name}.cu"
    if not kept.exists():
        yield f"expected {kept}, got none"
    elif kept.read_text() != text:
        yield "text changed:\n" + difference(kept.read_text(), text, kept.name)


def main(arguments):
    binaries, update = pathlib.Path(arguments[0]), "--update" in arguments[1:]
    failed = False
    for name in SPECS:
        text = by_steps(binaries, CATALOG / f"{name}.yaml")
        if update:
            (HERE / f"{name}.cu").write_text(text)
        problems = list(problems_of(binaries, name, text))
        failed |= bool(problems)
        print(f"{name}: {'; '.join(problems) or 'as kept'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
