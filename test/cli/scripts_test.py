"""scripts_test.py ATTNC SOURCE WORK - the README's commands, and the pieces of tools/demo, without the long build.

The README's lines that begin with "attnc" are run as they stand, with attnc's folder in PATH. Scripts must parse, and
the demo's Python parts must work for specs of every kind.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys


def run(command, **options):
    print("$", " ".join(command), flush=True)
    return subprocess.run(command, check=True, **options)


def main():
    attnc, source, work = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
    shutil.rmtree(work, ignore_errors=True)  # kernels of an earlier run would hide that none can be built
    work.mkdir(parents=True)
    environment = dict(os.environ, PATH=f"{attnc.parent}{os.pathsep}{os.environ['PATH']}", ATTNC_CACHE_DIR=str(work / "cache"))

    readme = (source / "README.md").read_text()
    commands = [line.split("#")[0].split() for line in readme.splitlines() if line.startswith("attnc ")]
    commands = [[part for part in command] for command in commands if "VERB" not in command and "compiles" not in command]
    assert len(commands) >= 3, commands
    for command in commands:
        run(command, cwd=source, env=environment, stdout=subprocess.DEVNULL)
    for script in re.findall(r"^\./(tools/\w+)", readme, re.MULTILINE):
        assert os.access(source / script, os.X_OK), script
    for target in re.findall(r"\]\(([^)#:]+)\)", readme):
        assert (source / target).exists(), f"README.md links to {target}, which is not there"

    for script in ("setup", "demo", "test", "gpu/run", "gpu/prepare", "scripts/common.sh", "scripts/fuzz"):
        run(["bash", "-n", str(source / "tools" / script)])
    ci = (source / ".ci" / "run").read_text()
    assert [line for line in ci.splitlines() if line and not line.startswith("#")] == ['exec "$(dirname "$0")/../tools/test"']

    scripts = source / "tools" / "scripts"
    # Set-up must notice an NVRTC that is there and cannot compile.
    broken = work / "broken-nvrtc"
    broken.mkdir()
    (broken / "libnvrtc.so.13").symlink_to(attnc.parent.parent / "lib" / "libattnc_fake_nvrtc.so")
    tried = subprocess.run([sys.executable, str(scripts / "try_nvrtc.py"), str(broken)], stderr=subprocess.PIPE, text=True, check=False)
    assert tried.returncode == 1 and "told to fail" in tried.stderr, tried
    # One spec of each kind of tensor that inputs are made for: packed, padded, side tensors and scalars, sinks.
    for name in ("llama3-prefill", "bert-encoder", "expression-mask", "gpt-oss-local"):
        spec = source / "specs" / "catalog" / f"{name}.yaml"
        out = work / spec.stem
        out.mkdir(exist_ok=True)
        run([sys.executable, str(scripts / "make_inputs.py"), str(spec), "--attnc", str(attnc), "--out", str(out)], env=environment)
        explain_arguments = (out / "explain.args").read_text().split()
        arguments = {"compile": [], "run": (out / "run.args").read_text().split() + ["--check", "--device", "sim"],
                     "explain": explain_arguments}
        for verb, extra in arguments.items():
            with open(out / f"{verb}.json", "w") as document:
                run([str(attnc), verb, str(spec), "--json", *extra], env=environment, stdout=document)
        summary = run([sys.executable, str(scripts / "demo_summary.py"), "--cuda", "kernel.cu", "--cubin", "kernel.cubin", "--seconds", "0",
                       *(part for verb in arguments for part in (f"--{verb}", str(out / f"{verb}.json")))],
                      stdout=subprocess.PIPE, text=True).stdout
        for word in ("schedule", "registers", "proof", "NVRTC", "kernel.cu", "every element is within its bound"):
            assert word in summary, (word, summary)


if __name__ == "__main__":
    main()
