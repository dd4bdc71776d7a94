"""try_nvrtc.py FOLDER - compiles a two-line kernel with the libnvrtc.so.13 in FOLDER. Exits with 1 if it cannot.

Loads the builtins from beside it first, as runtime/nvrtc does: the loader may not search that folder.
"""

import ctypes
import pathlib
import sys

KERNEL = b"""extern "C" __global__ void
twice(float *x) { x[threadIdx.x] *= 2.0f; }
"""


def compile_kernel(folder):
    nvrtc = ctypes.CDLL(str(folder / "libnvrtc.so.13"))
    major, minor = ctypes.c_int(), ctypes.c_int()
    if code := nvrtc.nvrtcVersion(ctypes.byref(major), ctypes.byref(minor)):
        return f"nvrtcVersion failed with code {code}"
    builtins = folder / f"libnvrtc-builtins.so.{major.value}.{minor.value}"
    if builtins.exists():
        ctypes.CDLL(str(builtins))
    program = ctypes.c_void_p()
    if code := nvrtc.nvrtcCreateProgram(ctypes.byref(program), KERNEL, b"twice.cu", 0, None, None):
        return f"nvrtcCreateProgram failed with code {code}"
    options = (ctypes.c_char_p * 1)(b"--gpu-architecture=sm_90")
    code = nvrtc.nvrtcCompileProgram(program, 1, options)
    size = ctypes.c_size_t()
    nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    log = ctypes.create_string_buffer(size.value + 1)
    nvrtc.nvrtcGetProgramLog(program, log)
    if code:
        return f"nvrtcCompileProgram failed with code {code}\n{log.value.decode(errors='replace')}"
    print(f"NVRTC {major.value}.{minor.value} compiles")
    return ""


def main():
    try:
        failure = compile_kernel(pathlib.Path(sys.argv[1]).resolve())
    except (OSError, AttributeError) as error:
        failure = str(error)
    if failure:
        sys.exit(f"try_nvrtc: {failure}")


if __name__ == "__main__":
    main()
