"""Every op of a dialect has a description with an example, and the example stands in a lit test.

usage: doc-examples.py OPS.td... -- TESTS.mlir...

The tests parse and print what they hold, so an example that is found there is one that parses. White space and
aliases of types and attributes aside, the text must be the same.
"""
import pathlib
import re
import sys


def squeeze(text):
    return re.sub(r"\s+", "", text)


def expand(text):
    """The text of a test without comments, with its #x = ... and !x = ... aliases written out."""
    text = re.sub(r"(?m)//.*$", "", text)
    for name, value in re.findall(r"(?m)^([#!]\w+) = (.*)$", text):
        text = re.sub(re.escape(name) + r"\b(?! =)", lambda _: value, text)
    return text


def main(arguments):
    split = arguments.index("--")
    tests = squeeze("".join(expand(pathlib.Path(name).read_text()) for name in arguments[split + 1 :]))
    problems, count = [], 0
    for name in arguments[:split]:
        source = pathlib.Path(name).read_text()
        for record in re.split(r"(?m)^(?=def |class )", source):
            op = re.match(r"def \w+ : \w+Op<\"(\w+)\"", record)
            if not op:
                continue
            count += 1
            examples = re.findall(r"(?s)```mlir\n(.*?)```", record)
            if not examples:
                problems.append(f"{name}: expected an example of {op[1]}, got none")
            for example in examples:
                if squeeze(example) not in tests:
                    problems.append(f"{name}: expected the example of {op[1]} in a test, got none:\n{example}")
    print("\n".join(problems + [f"{count} ops, {len(problems)} problems"]))
    return 1 if problems or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
