"""svg.py FILE: parses it, prints its texts and the classes of its shapes; nothing in it may refer to the outside."""

import sys
import xml.etree.ElementTree as tree

root = tree.parse(sys.argv[1]).getroot()
assert root.tag == "{http://www.w3.org/2000/svg}svg", root.tag
left, top, width, height = map(float, root.get("viewBox").split())
classes = set()
for item in root.iter():
    assert not any("href" in key or key.startswith("on") for key in item.attrib), item.attrib
    assert item.tag.split("}")[1] in ("svg", "title", "rect", "g", "path", "text"), item.tag
    if "class" in item.attrib:
        classes.add(item.get("class"))
    if item.tag.endswith("rect") and item.get("x"):
        assert float(item.get("x")) + float(item.get("width")) <= width, item.attrib
    if item.text and item.text.strip():
        print(item.text)
print("classes:", *sorted(classes))
