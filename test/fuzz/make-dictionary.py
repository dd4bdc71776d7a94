"""make-dictionary.py SOURCE - prints a libFuzzer dictionary: the words of FormatKeys.h and of the expression language."""
import pathlib
import re
import sys

source = pathlib.Path(sys.argv[1]) / "specs"
words = set()
for name in ("FormatKeys.h", "NamedTerm.cpp", "ExprTyping.cpp", "ExprParser.cpp", "ExprLexer.cpp"):
    for literal in re.findall(r'"((?:[^"\\\n]|\\.)*)"', (source / name).read_text()):
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*|[-+*/%<>=!(),\[\]]{1,2}", literal):
            words.add(literal)
words |= {": ", "- ", "{", "}", "&a ", "*a", "~", ".nan", ".inf", "1e-3", "2147483647", "4294967296", "1073741824"}
print("# Words of the spec format; made by make-dictionary.py.")
for word in sorted(words):
    print('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"')
