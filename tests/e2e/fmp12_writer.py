"""
Writes files in the form of FileMaker 12, for what no sample has: objects of any size, deep trees, broken sums, documents
that lie elsewhere. They prove our reader, not what FileMaker does.

    file = Fmp12()
    file.table(129, "Documents", {1: ("Title", "text"), 2: ("File", "container")})
    file.put_object(129, 4, {"FILE": b"bytes"}, name="a.pdf")
    file.record(129, 1, {1: "a title", 2: leads_to(4)})
    path.write_bytes(file.bytes())
"""

import hashlib
import heapq
import struct

SECTOR, HEAD = 4096, 20
MAGIC = bytes.fromhex("0001000000020001000500020002c0") + b"HBAM7" + struct.pack(">I", SECTOR)
TYPES = {"text": 1, "number": 2, "date": 3, "time": 4, "timestamp": 5, "container": 6}
PIECE = 1000


def number(n):
    """A number as a key."""
    if n < 128:
        return bytes([n])
    if n < 16512:
        n -= 128
        return bytes([0x80 | n >> 8, n & 0xFF])
    n -= 16512
    return bytes([0xC0 | n >> 16, n >> 8 & 0xFF, n & 0xFF])


def masked(plain):
    return bytes(byte ^ 0x5A for byte in plain)


def units(text):
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


def scsu(text):
    """Text in SCSU: ASCII as it is, each other unit of UTF-16 quoted."""
    out = bytearray()
    for char in text:
        if 0x20 <= ord(char) < 0x80 or char in "\0\t\n\r":
            out.append(ord(char))
        else:
            pair = char.encode("utf-16-be", "surrogatepass")
            for at in range(0, len(pair), 2):
                out += b"\x0e" + pair[at:at + 2]
    return bytes(out)


def leads_to(number_of_object):
    """The value of a container field."""
    return number(number_of_object).hex().upper() + "\ue000"


def fnam(name, kind="file", folder=""):
    parts = b"".join(bytes([units(part)]) + masked(scsu(part)) for part in (kind, folder, name))
    return struct.pack(">I", 1) + parts


def entry(key, value=None, marks=0):
    """An entry: a push if there is no value."""
    code = marks | (len(key) - 1 << 3 if 1 <= len(key) <= 3 else 0x18)
    counted = b"" if 1 <= len(key) <= 3 else bytes([len(key)])
    if value is None:
        return bytes([code | 0x20]) + counted + key
    size = len(value)
    kind, length = {0: (0, b""), 1: (1, b""), 2: (2, b""), 4: (3, b""), 6: (4, b""), 8: (5, b"")}.get(
        size, (6, bytes([size])) if size < 256 else (7, struct.pack(">H", size)))
    return bytes([code | kind]) + counted + key + length + value


def sector(level, payload, previous=0, following=0):
    unused = SECTOR - HEAD - len(payload)
    return struct.pack(">IIIHHI", 0, previous, following, level, unused, 7) + payload + bytes(unused)


class Fmp12:
    """Values by path; `fanout` is the most children of an index sector, `leaf` the most bytes of a leaf."""

    def __init__(self, version="21.1", fanout=200, leaf=SECTOR - HEAD):
        self.values, self.fanout, self.leaf = {}, fanout, leaf
        self.put([2, 3], masked(scsu(version)))

    def put(self, path, value):
        self.values[tuple(key if isinstance(key, bytes) else number(key) for key in path)] = value

    def put_pieces(self, path, head, value):
        self.put([*path, 0], head)
        for at in range(0, len(value), PIECE):
            self.put([*path, at // PIECE + 1], value[at:at + PIECE])

    def put_text(self, path, text, is_long=False):
        plain = masked(scsu(text))
        if len(plain) <= 100 and not is_long:
            self.put(path, plain)
        else:
            self.put_pieces(path, struct.pack(">II", len(plain), units(text)), plain)

    def table(self, table, name, fields, is_long=False):
        """`fields`: {number: (name, type[, "global" | "external" | how many repetitions])}. `is_long`: names as Japanese ones are stored."""
        self.put_text([3, 16, 5, table, 16], name, is_long)
        for field, (field_name, kind, *storage) in fields.items():
            flags = bytearray(26)
            flags[0], flags[1], flags[25] = 1, TYPES[kind], 1
            flags[9] = 1 if "global" in storage else 0
            flags[10] = 0x30 if "external" in storage else 0
            flags[25] = next((one for one in storage if isinstance(one, int)), 1)
            self.put([table, 3, 5, field, 2], bytes(flags))
            self.put_text([table, 3, 5, field, 16], field_name, is_long)

    def record(self, table, record, values, changes=1):
        """`values`: {field: text} or {(field, repetition): text}."""
        self.put([table, 5, record, b"\xfc"], bytes([len(number(changes))]) + number(changes))
        for place, text in values.items():
            field, repetition = place if isinstance(place, tuple) else (place, 1)
            key = number(field) + (number(repetition) if repetition > 1 else b"")
            self.put_text([table, 5, record, key], text, text.endswith("\ue000"))

    def put_global(self, table, field, text):
        self.put_text([table, 8, field], text, True)

    def put_object(self, table, place, streams, name=None, references=1, md5=None, **about):
        """`streams`: {code: bytes}. `md5`: another than the right one."""
        streams = dict(streams)
        if name is not None:
            streams["FNAM"] = fnam(name, **about)
        rows, sums = [], hashlib.md5()
        for code in sorted(streams):
            rows.append(code.encode() + struct.pack(">I", len(streams[code])))
            if code != "GLPH":
                sums.update(code.encode() + streams[code])
        top = [table, 31, 5, place]
        self.put([*top, 2], struct.pack(">H", len(rows)) + b"".join(rows))
        self.put([*top, 4], md5 or sums.digest())
        self.put([*top, 18], struct.pack(">I", references))
        for code, content in streams.items():
            if len(content) <= PIECE:
                self.put([*top, code.encode()], content)
            else:
                self.put_pieces([*top, code.encode()], struct.pack(">I", len(content)), content)

    def put_large(self, table, place, pieces, name):
        """
        An object whose document is too large for memory: `pieces()` makes its bytes, 1,000 at a time, whenever it is called.
        Returns the values that write() wants, besides those kept here.
        """
        sums, size = hashlib.md5(b"FILE"), 0
        for piece in pieces():
            sums.update(piece)
            size += len(piece)
        about = fnam(name)
        sums.update(b"FNAM" + about)
        top = [table, 31, 5, place]
        self.put([*top, 2], struct.pack(">H4sI4sI", 2, b"FILE", size, b"FNAM", len(about)))
        self.put([*top, 4], sums.digest())
        self.put([*top, 18], struct.pack(">I", 1))
        self.put([*top, b"FNAM"], about)
        self.put([*top, b"FILE", 0], struct.pack(">I", size))
        above = tuple(number(key) for key in top) + (b"FILE",)
        return ((above + (number(at + 1),), piece) for at, piece in enumerate(pieces()))

    # --- sectors -------------------------------------------------------------------------------------

    def order(self):
        return sorted(self.values)

    def pairs(self):
        return ((path, self.values[path]) for path in self.order())

    def leaves(self, pairs=None):
        """Makes (payload, first path) of values by path, in order."""
        payload, open_path, first = b"\x80", (), None
        for path, value in pairs or self.pairs():
            *above, key = path
            same = 0
            while same < min(len(above), len(open_path)) and above[same] == open_path[same]:
                same += 1
            step = b"\x40" * (len(open_path) - same) + b"".join(entry(one) + b"\x80" for one in above[same:])
            step += entry(key, value)
            if first and len(payload) + len(step) > self.leaf - 40:
                yield payload, first
                payload, first = b"".join(entry(one) for one in open_path), None
            payload, first, open_path = payload + step, first or path, tuple(above)
        yield payload + b"\x40" * (len(open_path) + 1), first

    @staticmethod
    def separator(path, child, is_first):
        """Each from the root: all that it pushes is marked as last, so that nothing stays open."""
        value = struct.pack(">I", child)
        if is_first:
            return b"\x1b\x00\x01" + value
        *above, key = path
        pushes = b"".join(entry(one, marks=0xC0 if at else 0) for at, one in enumerate(above))
        return pushes + entry(key, value, marks=0xC0 if above else 0)

    def bytes(self):
        """Sector 1 is the root; the leaves come behind it in disorder, and the index last."""
        leaves = list(self.leaves())
        count = len(leaves)
        place = [2 + (at * 7 + 3) % count if count % 7 else 2 + at for at in range(count)]
        sectors = {}
        for at, (payload, _) in enumerate(leaves):
            sectors[place[at]] = sector(0, payload, place[at - 1] if at else 0, place[at + 1] if at + 1 < count else 0)
        level, children = 1, [(first, place[at]) for at, (_, first) in enumerate(leaves)]
        while len(children) > self.fanout:
            above = []
            for at in range(0, len(children), self.fanout):
                group, own = children[at:at + self.fanout], 2 + len(sectors)
                sectors[own] = sector(level, self.index(group, at == 0))
                above.append((group[0][0], own))
            level, children = level + 1, above
        last = 1 + len(sectors)
        sectors[1] = sector(level, self.index(children, True), following=last)
        return self.header() + b"".join(sectors[at] for at in range(1, last + 1))

    def write(self, path, streams):
        """
        Writes a file of any size, leaf by leaf. `streams`: further values by path, each an iterator in order; only the
        values of the object itself are held in memory.
        """
        pairs = heapq.merge(self.pairs(), *streams, key=lambda pair: pair[0])
        with open(path, "wb") as to:
            to.seek(2 * SECTOR)
            place, children, before = 2, [], None
            for payload, first in self.leaves(pairs):
                if before is not None:
                    to.write(sector(0, before, place - 2 if place > 3 else 0, place))
                children.append((first, place))
                before, place = payload, place + 1
            to.write(sector(0, before, place - 2 if place > 3 else 0))
            level = 1
            while len(children) > self.fanout:
                above = []
                for at in range(0, len(children), self.fanout):
                    group = children[at:at + self.fanout]
                    to.write(sector(level, self.index(group, at == 0)))
                    above.append((group[0][0], place))
                    place += 1
                level, children = level + 1, above
            to.seek(0)
            to.write(self.header() + sector(level, self.index(children, True), following=place - 1))

    def index(self, children, is_leftmost):
        return b"".join(self.separator(first, child, is_leftmost and at == 0)
                        for at, (first, child) in enumerate(children))

    @staticmethod
    def header():
        head = bytearray(SECTOR)
        head[:len(MAGIC)] = MAGIC
        head[521] = 0x1E
        head[541:550] = b"\x08Pro 12.0"
        return bytes(head)
