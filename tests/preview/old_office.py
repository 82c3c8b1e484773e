"""Files of the offices of the nineties, for the tests of what reads their words."""

import io
import struct

SECTOR, FREE, END, TABLE, NO_ENTRY = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def rtf(text):
    escaped = "".join(c if ord(c) < 128 else "\\'%02x" % c.encode("cp1252")[0] for c in text)
    return ("{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}{\\info{\\author Somebody Else}}\\f0 " + escaped + "\\par}").encode()


def xls(*cells):
    import xlwt
    book, data = xlwt.Workbook(encoding="utf-8"), io.BytesIO()
    sheet = book.add_sheet("Findings")
    for row, text in enumerate(cells):
        sheet.write(row, 0, text)
        sheet.write(row, 1, 42.5)
    book.save(data)
    return data.getvalue()


def entry(name, kind, start=END, size=0, child=NO_ENTRY):
    raw = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII16sIQQIII", raw, len(raw), kind, 1, NO_ENTRY, NO_ENTRY, child, b"", 0, 0, 0, start, size, 0)


def compound(name, stream):
    """A compound file with one stream, which is long enough to have sectors of its own."""
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    count = len(stream) // SECTOR
    table = [TABLE, END] + [i + 3 for i in range(count - 1)] + [END]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6sIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, 1, 1, 0, 4096,
                                                                        END, 0, END, 0)
    head += struct.pack("<109I", 0, *[FREE] * 108)
    folder = entry("Root Entry", 5, child=1) + entry(name, 2, 2, len(stream)) + entry("", 0) + entry("", 0)
    return head + struct.pack("<128I", *table, *[FREE] * (128 - len(table))) + folder + stream


def doc(text):
    """The least that catdoc takes for a letter of Word 97: a head that says where its text is."""
    body = (text + "\r").encode("cp1252")
    head = bytearray(0x400)
    struct.pack_into("<HHHHHHH", head, 0, 0xA5EC, 193, 0, 0x409, 0, 0, 0)
    struct.pack_into("<II", head, 0x18, len(head), len(head) + len(body))
    return compound("WordDocument", bytes(head) + body)
