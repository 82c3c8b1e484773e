"""
Makes solutions from recorded answers: a real server's answer becomes the shape file of a simulated server that
ought to give the same. Also compares two answers by names, order and kinds of values.
"""

import json

SCRIPTS = 'script Echo echo\nscript "Log request" quiet\n'


def load(path):
    return json.loads(path.read_text("utf-8-sig"))


def skeleton(value, ordered=True):
    """A value's skeleton: of objects names, order and kinds; of arrays the first element."""
    if isinstance(value, dict):
        members = [(name, skeleton(inner, ordered)) for name, inner in value.items()]
        return ("object", members if ordered else sorted(members))
    if isinstance(value, list):
        return ("array", skeleton(value[0], ordered) if value else None)
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) \
        else type(value).__name__


def quoted(name):
    return f'"{name}"'


# --- records ---------------------------------------------------------------------------------------


def maker(value):
    return "number const 1" if isinstance(value, (int, float)) else "text const x"


class Solution:
    """Tables and relations as they turn up; `text()` is the shape."""

    def __init__(self, main, database=None):
        self.main, self.fields, self.shown, self.portals = main, {}, [], []
        self.database = database
        self.others = {}  # occurrence: ({field: how it is made}, number of records, related from)

    def other(self, occurrence, field, how, count, related):
        fields, _, _ = self.others.setdefault(occurrence, ({}, count, related))
        fields.setdefault(field, how)

    def show(self, name, how):
        if name == "":
            self.shown.append("deleted")
        elif "::" in name:
            occurrence, field = name.split("::")
            self.other(occurrence, field, how, 1, self.main)
            self.shown.append(f"show {quoted(name)}")
        else:
            self.fields[name] = how
            self.shown.append(f"show {quoted(name)}")

    def portal(self, key, occurrence, row, rows):
        """`row` is one recorded row, or the metadata of its fields."""
        label = "-" if key == occurrence else quoted(key)
        self.portals.append(f"portal {label} of {quoted(occurrence)} rows {rows}")
        for name, how in row:
            home, field = name.split("::")
            self.other(home, field, how, 1 if rows else 0,
                       self.main if home == occurrence else occurrence)
            self.portals.append(f"row {quoted(name)}")
        fields, _, related = self.others.get(occurrence, ({}, 0, self.main))
        self.others[occurrence] = fields, 1 if rows else 0, related

    def text(self):
        lines = [f"database {self.database}"] if self.database else []
        lines += [f"table {quoted(self.main)} 3", "field k_ text const k"]
        lines += [f"field {quoted(name)} {how}" for name, how in self.fields.items()]
        for occurrence, (fields, count, _) in self.others.items():
            lines += [f"table {quoted(occurrence)} {count}", "field k_ text const k"]
            lines += [f"field {quoted(name)} {how}" for name, how in fields.items()]
        for occurrence, (_, _, related) in self.others.items():
            lines += [f"relation {quoted(occurrence)} from {quoted(related + '.k_')} to "
                      f"{quoted(occurrence + '.k_')}"]
        lines += [f"layout L of {quoted(self.main)}", *self.shown, *self.portals]
        return "\n".join(lines) + "\n" + SCRIPTS


def of_record(record, table="MAIN"):
    """A solution whose records look like this one."""
    made = Solution(table)
    occurrences = {info.get("portalObjectName", info["table"]): info["table"]
                   for info in record.get("portalDataInfo", ())}
    for name, value in record["fieldData"].items():
        made.show(name, maker(value))
    for key, rows in record["portalData"].items():
        first = [(name, maker(value)) for name, value in (rows[0] if rows else {}).items()
                 if "::" in name]
        home = first[0][0].split("::")[0] if first else key
        made.portal(key, occurrences.get(key, home), first, len(rows))
    return made.text()


# --- layouts ---------------------------------------------------------------------------------------


def how_of(field):
    kind, entered = field["result"], field["autoEnter"]
    made = "serial 1" if entered and kind == "number" else "uuid" if entered and kind == "text" \
        else "empty"
    kind = "timestamp" if kind == "timeStamp" else kind
    is_what = {"calculation": " calculation", "summary": " summary"}.get(field["type"], "")
    if entered and kind == "timestamp":
        is_what += " created-at"
    return (f"{kind} {made}{is_what}{' not-empty' if field['notEmpty'] else ''}"
            f"{' global' if field['global'] else ''}")


def of_layout(layout):
    """A solution with this layout."""
    made = Solution("MAIN")
    lists = {one["name"]: "|".join(value["value"] for value in one["values"])
             for one in layout.get("valueLists", ())}
    for field in layout["fieldMetaData"]:
        made.show(field["name"], how_of(field))
        if field.get("valueList"):
            made.shown[-1] += f" menu {quoted(field['valueList'])}"
            lists.setdefault(field["valueList"], "a|b")
    for key, fields in layout["portalMetaData"].items():
        row = [(field["name"], how_of(field)) for field in fields]
        home = row[0][0].split("::")[0]
        made.portal(key, home, row, 1)
    values = "".join(f"values {quoted(name)} {words}\n" for name, words in lists.items())
    return made.text() + values


# --- lists in folders ------------------------------------------------------------------------------


def leaves(entries, inside, folder=""):
    """(name, folder) of all that is no folder."""
    for entry in entries:
        if inside in entry:
            yield from leaves(entry[inside], inside, f"{folder}/{entry['name']}".lstrip("/"))
        else:
            yield entry["name"], folder


def of_layouts(entries):
    text = "table T 1\nfield id text uuid\n"
    for name, folder in leaves(entries, "folderLayoutNames"):
        place = f" in {quoted(folder)}" if folder else ""
        text += f"layout {quoted(name)} of T{place}\nshow id\n"
    return text


def of_scripts(entries):
    text = "table T 1\nfield id text uuid\nlayout L of T\nshow id\n"
    for name, folder in leaves(entries, "folderScriptNames"):
        place = f" in {quoted(folder)}" if folder else ""
        text += f"script {quoted(name)} {'separator' if name == '-' else 'quiet'}{place}\n"
    return text
