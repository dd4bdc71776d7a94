"""pick.py PATH...: reads JSON, prints the value at each dotted path, one key a line."""

import json
import sys

document = json.load(sys.stdin)
for path in sys.argv[1:]:
    value = document
    for part in path.split("."):
        value = value[part]
    print(json.dumps(value, indent=1, sort_keys=True))
