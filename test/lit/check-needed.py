# check-needed.py - fails if a program or shared library in the given folders needs the MLIR shared library.
import pathlib
import subprocess
import sys

checked = 0
bad = []
for folder in map(pathlib.Path, sys.argv[1:]):
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if not path.is_file() or path.read_bytes()[:4] != b"\x7fELF":
            continue
        dynamic = subprocess.run(["readelf", "-dW", path], check=True, capture_output=True, text=True).stdout
        checked += 1
        bad += [f"{path}: {line.strip()}" for line in dynamic.splitlines() if "NEEDED" in line and "libMLIR" in line]
print(f"checked {checked} files")
print("\n".join(bad))
sys.exit(1 if bad or checked == 0 else 0)
