"""i32_npy.py FILE SHAPE VALUES: an i32 .npy file without NumPy; VALUES is a Python expression of a list."""

import struct
import sys

path, shape, values = sys.argv[1], sys.argv[2], eval(sys.argv[3])
header = f"{{'descr': '<i4', 'fortran_order': False, 'shape': ({shape},), }}"
header += " " * (-(len(header) + 11) % 64) + "\n"
with open(path, "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
    file.write(struct.pack(f"<{len(values)}i", *values))
