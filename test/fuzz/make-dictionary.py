"""make-dictionary.py SOURCE [ptx] - prints a libFuzzer dictionary: the words of FormatKeys.h and of the expression
language; with `ptx`, the opcodes, modifiers and directives that the simulator reads."""
import pathlib
import re
import sys

source = pathlib.Path(sys.argv[1])
words = set()
if sys.argv[2:] == ["ptx"]:
    title = "Words of PTX"
    sim = source / "runtime" / "sim"
    for file in sorted([*sim.glob("decode/*.cpp"), *sim.glob("decode/*.h"), *sim.glob("ptx/*.cpp")]):
        for literal in re.findall(r'"((?:[^"\\\n]|\\.)*)"', file.read_text()):
            if re.fullmatch(r"[a-z][A-Za-z0-9_:]{0,24}", literal):
                words.add(literal)
    words |= {".param .b64 p0", "%r1", "%rd1", "%p1", "[%rd1+4]", "0f3F800000", "0d3FF0000000000000", "@%p1 ", "{", "}",
              ".v4", "call (r0), f, (p0);", "ret;", "|", "4294967296", "-1"}
else:
    title = "Words of the spec format"
    for name in ("FormatKeys.h", "NamedTerm.cpp", "ExprTyping.cpp", "ExprParser.cpp", "ExprLexer.cpp"):
        for literal in re.findall(r'"((?:[^"\\\n]|\\.)*)"', (source / "specs" / name).read_text()):
            if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*|[-+*/%<>=!(),\[\]]{1,2}", literal):
                words.add(literal)
    words |= {": ", "- ", "{", "}", "&a ", "*a", "~", ".nan", ".inf", "1e-3", "2147483647", "4294967296", "1073741824"}
print(f"# {title}; made by make-dictionary.py.")
for word in sorted(words):
    print('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"')
