# dumped_rows.py FILE KEYS - what the running maxima in a .npy file of f32 rows of KEYS do along a row.
import array
import pathlib
import sys

data = pathlib.Path(sys.argv[1]).read_bytes()
values = array.array("f", data[10 + int.from_bytes(data[8:10], "little"):])
keys = int(sys.argv[2])
rows = [values[i:i + keys] for i in range(0, len(values), keys)]
visited = [[x for x in row if x == x] for row in rows]
print(" and ".join(word for word, some in (("visited", any(visited)), ("not visited", any(x != x for x in values))) if some))
print("falls" if any(a > b for row in visited for a, b in zip(row, row[1:])) else "never falls")
