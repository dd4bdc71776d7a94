"""golden.py ATTNC [--update] - every config of Inputs becomes the specs of golden/, and each compiles to CUDA text."""
import pathlib
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).parent
attnc, update = sys.argv[1], "--update" in sys.argv
goldens = here / "golden"
wrong, made = [], set()
for config in sorted((here / "Inputs").glob("*.json")):
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run([attnc, "import", str(config), "--all", folder], stderr=subprocess.PIPE, text=True, check=False)
        if run.returncode:
            sys.exit(f"{config.name}: {run.stderr}")
        for spec in sorted(pathlib.Path(folder).iterdir()):
            name = f"{config.stem}.{spec.name.removesuffix('.yaml').split('-')[-1]}.yaml"
            made.add(name)
            # Every remark of the file is one of the screen, and the other way round.
            remarks = [line.split(": remark: ", 1)[1] for line in run.stderr.splitlines()]
            if [line[4:] for line in spec.read_text().splitlines() if line.startswith("# - ")] != remarks:
                wrong.append(f"{name}: other remarks on standard error than in the file")
            compiled = subprocess.run([attnc, "compile", str(spec), "--emit", "cuda", "--arch", "sm_80", "-o", "/dev/null"],
                                      stderr=subprocess.PIPE, text=True, check=False)
            if compiled.returncode:
                wrong.append(f"{name}: {compiled.stderr}")
            if update:
                (goldens / name).write_text(spec.read_text())
            elif not (goldens / name).exists() or (goldens / name).read_text() != spec.read_text():
                wrong.append(f"{name}: differs from golden/; golden.py ATTNC --update writes it anew")
wrong += [f"{old.name}: no config gives it any more" for old in goldens.glob("*.yaml") if old.name not in made]
print("\n".join(wrong) or f"{len(made)} specs as in golden/")
sys.exit(1 if wrong else 0)
