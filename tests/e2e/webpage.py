"""
Reads a page as its readers do: its markup strictly, its text, its tables, the contrast of its colours; and
in a browser, where there is one.
"""

import html.parser
import pathlib
import re
import shutil
import struct
import subprocess
import zlib

VOID = {"meta", "br", "link", "img", "hr", "input"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--hide-scrollbars"]


class Page(html.parser.HTMLParser):
    """Everything that is wrong with a page is in `wrong`."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.wrong, self.open, self.ids, self.wanted = [], [], [], []
        self.headings, self.tags, self.words, self.links = [], [], [], []
        self.tables, self.cell, self.svgs = [], None, []
        self.feed(text)
        self.close()
        if self.open:
            self.wrong.append(f"never closed: {self.open}")
        self.wrong += [f"id {one!r} twice" for one in set(self.ids) if self.ids.count(one) > 1]
        self.wrong += [f"no id {one!r}" for one in self.wanted if one not in self.ids]

    @property
    def text(self):
        return re.sub(r"\s+", " ", "".join(self.words))

    def handle_decl(self, decl):
        self.tags.append(f"!{decl}")

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if len(given) != len(attributes):
            self.wrong.append(f"<{tag}> has an attribute twice")
        self.tags.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.wanted += given.get("aria-labelledby", "").split()
        for name in ("src", "href", "action", "data", "xlink:href"):
            if name in given:
                self.links.append(given[name])
                self.wanted += [given[name][1:]] if given[name].startswith("#") else []
        if any(name.startswith("on") for name in given):
            self.wrong.append(f"<{tag}> has a handler")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "table":
            self.tables.append([])
        if tag == "tr" and self.tables:
            self.tables[-1].append([])
        if tag in ("td", "th") and self.tables:
            self.cell = []
            if tag == "th" and given.get("scope") not in ("row", "col"):
                self.wrong.append("a <th> without scope")
        if tag == "svg":
            self.svgs.append(given)
            if given.get("role") != "img" or not (given.get("aria-label") or given.get("aria-labelledby")):
                self.wrong.append(f"an <svg> that nobody can read: {given}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> where it does not belong, line {self.getpos()[0]}")
        if tag in ("td", "th") and self.cell is not None:
            self.tables[-1][-1].append(re.sub(r"\s+", " ", "".join(self.cell)).strip())
            self.cell = None

    def handle_data(self, data):
        if self.open and self.open[-1] in ("style", "script"):
            return
        self.words.append(data)
        if self.cell is not None:
            self.cell.append(data)


# --- colours -----------------------------------------------------------------------------------


def luminance(colour):
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
                        for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """By WCAG 2: 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def themes(style):
    """The custom properties of each :root in a style, in its order."""
    return [dict(re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{6})", body))
            for body in re.findall(r":root\s*\{([^}]*)\}", style)]


# --- browser -----------------------------------------------------------------------------------


def browser():
    return next((found for found in map(shutil.which, BROWSERS) if found), None)


def browse(folder, path, *options, limit=120):
    """Runs the browser on a file; what it wrote to standard output. Its profile dies with `folder`."""
    done = subprocess.run([browser(), *QUIET, f"--user-data-dir={folder}/browser", *options,
                           f"file://{path}"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          timeout=limit, env={"HOME": str(folder), "PATH": "/usr/bin:/bin"})
    return done.stdout.decode("utf-8", "replace")


def first_pixel(path):
    """Red, green and blue of a PNG's upper left corner."""
    data = pathlib.Path(path).read_bytes()
    at, packed, kind = 8, b"", None
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at:at + 8])
        if name == b"IHDR":
            kind = data[at + 8 + 9]
        if name == b"IDAT":
            packed += data[at + 8:at + 8 + size]
        at += 12 + size
    line = zlib.decompressobj().decompress(packed, 5)
    if kind not in (2, 6):
        raise ValueError(f"a PNG of colour type {kind}")
    return tuple(line[1:4])
