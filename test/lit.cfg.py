# lit.cfg.py - how lit finds and runs the tests of this tree: every .mlir, .yaml and .test file with a RUN line.
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lit"))
from run_line_format import RunLineTest

config.name = "attnc"
config.test_format = RunLineTest(execute_external=False)
config.suffixes = [".mlir", ".yaml", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = config.attnc_exec_root

# Caches and dumps of a test run stay in the build tree. The tests of one run share a cache; the next run starts with
# an empty one, as kernels of an earlier build would hide that none can be built any more.
cache = os.path.join(config.attnc_exec_root, "cache")
shutil.rmtree(cache, ignore_errors=True)
config.environment["ATTNC_CACHE_DIR"] = cache
for name in ("ATTNC_NVRTC", "ATTNC_NVRTC_WHEEL", "CUDA_HOME", "CUDA_PATH", "HOME", "LD_LIBRARY_PATH"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
config.environment["PATH"] = os.pathsep.join(
    [config.attnc_bin_dir, config.llvm_tools_dir, os.environ.get("PATH", "")]
)

# Longest names first: "attnc" is a prefix of the others and must not replace their beginning.
for tool in ("attnc-translate", "attnc-opt", "attnc"):
    path = os.path.join(config.attnc_bin_dir, tool)
    config.substitutions.append((rf"(?<![\w/.-]){tool}(?![\w/.-])", path))
for tool in ("FileCheck", "not", "split-file"):
    path = os.path.join(config.llvm_tools_dir, tool)
    config.substitutions.append((rf"(?<![\w/.-]){tool}(?![\w/.-])", path))
config.substitutions.append(("%catalog", os.path.join(config.attnc_source_root, "specs", "catalog")))
config.substitutions.append(("%bindir", config.attnc_bin_dir))
config.substitutions.append(("%libdir", config.attnc_lib_dir))
config.substitutions.append(("%python", config.python))

if os.path.exists(os.path.join(config.attnc_bin_dir, "attnc")):
    config.available_features.add("attnc")
if os.path.exists("/dev/nvidiactl"):
    config.available_features.add("cuda")
