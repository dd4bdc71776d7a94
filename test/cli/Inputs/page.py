"""page.py FILE: an HTML page whose tags nest, without scripts and links to the outside; prints headings and marked lines."""

import sys
from html.parser import HTMLParser


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.kept = [], set(), [], None

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        assert tag != "script" and "src" not in values and not any(key.startswith("on") for key in values), (tag, values)
        if "href" in values:
            assert values["href"].startswith("#"), values
            self.links.append(values["href"][1:])
        if "id" in values:
            assert values["id"] not in self.ids, values
            self.ids.add(values["id"])
        if tag == "meta":
            return
        self.open.append(tag)
        if tag == "h2" or values.get("class") in ("added", "removed", "alike", "error"):
            self.kept = ""

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, (tag, self.getpos())
        if self.kept is not None and tag in ("h2", "span", "pre", "p"):
            print(("## " if tag == "h2" else "") + self.kept)
            self.kept = None

    def handle_data(self, data):
        if self.kept is not None:
            self.kept += data


page = Page()
page.feed(open(sys.argv[1], encoding="utf-8").read())
page.close()
assert not page.open, page.open
assert set(page.links) == page.ids, (page.links, page.ids)
