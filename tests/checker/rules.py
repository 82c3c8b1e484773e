"""The project's published rules, written down a second time: keys, row ids, dates, types, states."""

import hashlib
import re
import uuid

ROW_SPACE = uuid.UUID("8b0e5e5c-3c1f-4d0a-9c5e-666d66657272")
KEY = "patients/filemaker-import/documents/{patient_id}/{type-slug}/{filemaker_id}.{ext}"
UNLINKED_KEY = "patients/filemaker-import/documents/unlinked/{type-slug}/{filemaker_id}.{ext}"
TYPE_FOLDERS = "referral=referrals"
INT_MAX = 2 ** 31 - 1

SPACES = {*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029,
          0x202F, 0x205F, 0x3000}
PLAIN = set(b"abcdefghijklmnopqrstuvwxyz0123456789-_+.")

STATES = ("waiting", "claimed", "stored", "done", "failed", "waived", "gone")

# from -> to, as the protocol's table has them. stored -> stored: held for its mark, and let go;
# done -> done: held to be given to another patient, and given.
TRANSITIONS = {
    ("waiting", "claimed"), ("claimed", "waiting"), ("claimed", "stored"), ("stored", "stored"),
    ("stored", "done"), ("done", "done"), ("stored", "waiting"), ("done", "waiting"), ("claimed", "failed"),
    ("failed", "waiting"), ("waiting", "waived"), ("failed", "waived"), ("waived", "waiting"),
    ("gone", "waiting"), *((state, "gone") for state in STATES if state != "gone"),
}


def is_taken_back(entry):
    """Whether an entry is by which a document begins to be taken back: it is waived, and held."""
    return entry["after"] == "waived" and entry["evidence"].startswith("undone by ")


def is_of_undo(entry, state):
    """A document that is taken back was settled or waited; then it is noted what went, or that the call died."""
    if is_taken_back(entry):
        return state in ("waiting", "stored", "done", "failed", "waived")
    return (entry["before"], entry["after"]) == ("waived", "waived") \
        and (entry["evidence"].startswith("undone: ") or entry["evidence"].endswith(" died")
             or entry["evidence"] == "the run ends")


# Failure class by what the container really is; anything else may happen to a good one.
CLASS_OF_KIND = {
    "empty": "container-empty", "reference": "container-reference",
    "no-access": "container-no-access", "missing": "container-unavailable",
    "truncated": "container-truncated", "error-page": "container-not-a-file",
    "zero": "container-zero",
}
CLASSES = {*CLASS_OF_KIND.values(), "source-locked", "source-changed", "source-rejected",
           "source-reacts", "mark-waits",
           "source-marked", "source-away", "record-incomplete", "store-rejected",
           "store-conflict", "store-away", "registry-rejected", "integrity", "upload-interrupted", "internal",
           "container-differs", "container-unproven", "container-longer", "backup-missing", "backup-encrypted"}
# Classes that an earlier importer's mark, or the source's temper, may cause whatever the kind.
ANY_KIND = {"source-locked", "source-changed", "source-reacts", "source-rejected", "source-marked",
            "source-away", "mark-waits"}

# First bytes -> MIME types that may be said of them.
MAGIC = [
    (b"%PDF", {"application/pdf"}),
    (b"\xff\xd8\xff", {"image/jpeg"}),
    (b"\x89PNG\r\n\x1a\n", {"image/png"}),
    (b"II*\0", {"image/tiff"}), (b"MM\0*", {"image/tiff"}),
    (b"{\\rtf", {"text/rtf", "application/rtf"}),
    (b"\xd0\xcf\x11\xe0", {"application/msword", "application/vnd.ms-excel",
                           "application/vnd.ms-powerpoint", "application/vnd.ms-outlook",
                           "application/x-ole-storage", "application/CDFV2"}),
]
HEIF_BRANDS = {b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis", b"hevc"}
EXTENSIONS = {
    "application/pdf": {"pdf"}, "image/jpeg": {"jpg", "jpeg"}, "image/png": {"png"},
    "image/tiff": {"tif", "tiff"}, "image/heic": {"heic"}, "image/heif": {"heif", "heic"},
    "text/rtf": {"rtf"}, "text/plain": {"txt"}, "text/html": {"html"}, "image/gif": {"gif"},
    "application/msword": {"doc"}, "application/vnd.ms-excel": {"xls"},
    "application/vnd.oasis.opendocument.text": {"odt"},
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": {"docx"},
}
EXTENSION = re.compile(r"[a-z0-9]{1,10}")
UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
EDITS_MAX = 6  # marks of a record within an hour
LARGE = 8 * 1024 * 1024  # from here on an object goes up in parts
TRIAL = re.compile(r"fmferry-probe-\d+")
KEY_BYTES = re.compile(r"[A-Za-z0-9._=/+~-]{1,900}")
STREAM_MARKS = ("/Streaming", "X-FMS-Session-Key", "RCType=", "RCFileProcessor")


def lower(text):
    """Unicode's simple lower case: one character for one character, whatever stands around it."""
    return "".join(c.lower()[0] for c in text)


def trim(text):
    """Without ASCII blanks around it, as FileMaker's values are read."""
    return text.strip(" \t\r\n\v\f")


def slug(type_name):
    words = "".join(" " if ord(c) in SPACES else c for c in lower(type_name))
    words = "-".join(word for word in words.split(" ") if word)
    core = words.strip(".")
    before = len(words) - len(words.lstrip("."))
    after = len(words) - before - len(core)
    made = "".join(chr(b) if b in PLAIN else f"={b:02x}" for b in core.encode("utf-8"))
    made = "=2e" * before + made + "=2e" * after
    if len(made) > 100:
        return made[:80] + "=" + hashlib.sha256(made.encode()).hexdigest()[:12]
    return made or "untyped"


def folder(type_name, type_folders=TYPE_FOLDERS, listed_only=False):
    made = slug(type_name)
    for part in type_folders.split(","):
        name, _, other = (word.strip() for word in part.partition("="))
        if name == made:
            return other or made
    if listed_only:
        return "type=" + hashlib.sha256(made.encode()).hexdigest()[:12]
    return made


def is_uuid(text):
    return bool(UUID.fullmatch(text))


def passes(conditions, entry):
    """Whether a record is a document at all, by `[source] filter`: A = x | y, B != z."""
    for condition in filter(None, (part.strip() for part in conditions.split(","))):
        name, _, values = condition.partition("=")
        wanted = {lower(trim(value)) for value in values.split("|")}
        if (lower(trim(entry[name.rstrip("! ")])) in wanted) == name.endswith("!"):
            return False
    return True


def row_id(source, identity, container="", repetition=1):
    return uuid.uuid5(ROW_SPACE, f"{source}\n{identity}\n{container}\n{repetition}")


def stem(document, sha256=None):
    """The part of a key that makes it a document's own: its id, its container; `sha256` for a later version."""
    made = document["filemaker_id"] or f"rec-{document['record_id']}"
    if document["container"]:
        made += f"-{slug(document['container'])}-{document['repetition']}"
    return made + (f"~{sha256[:12]}" if sha256 else "")


def key(settings, patient, document, ext, sha256=None):
    """The key of a document of the ledger; `patient` None: not linked."""
    template = settings["key"] if patient else settings["unlinked_key"]
    filled = {"{patient_id}": patient, "{filemaker_id}": stem(document, sha256), "{ext}": ext,
              "{type-slug}": folder(document["type"], settings["type_folders"],
                                    settings["type_slugs"] == "listed")}
    for name, value in filled.items():
        template = template.replace(name, value or "")
    return template


def day(text):
    """A US date (or ISO, or either with a time) as YYYY-MM-DD; None if it is none."""
    words = trim(text).replace("T", " ", 1).split(" ")
    for pattern, order in ((r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", (2, 0, 1)),
                           (r"(\d{4})-(\d{1,2})-(\d{1,2})", (0, 1, 2))):
        found = re.fullmatch(pattern, words[0])
        if found:
            year, month, day_of_month = (int(found.groups()[i]) for i in order)
            return date_text(year, month, day_of_month)
    return None


def date_text(year, month, day_of_month):
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not 1 <= month <= 12 or not 1 <= day_of_month <= lengths[month - 1]:
        return None
    return f"{year:04}-{month:02}-{day_of_month:02}"


def mimes_of(start):
    """MIME types that may be said of a file with these first bytes; None: anything."""
    for magic, mimes in MAGIC:
        if start.startswith(magic):
            return mimes
    if start[4:8] == b"ftyp" and start[8:12] in HEIF_BRANDS:
        return {"image/heic", "image/heif"}
    return None


def made_names(type_name, day_text, ext):
    """The file name where the source has none; a slash in a type may be kept or replaced."""
    plain = "".join(c for c in trim(type_name) if ord(c) >= 0x20 and ord(c) != 0x7F) or "Document"
    tail = (f" {day_text}" if day_text else "") + f".{ext}"
    return sorted({re.sub(r"[/\\]", other, plain) + tail for other in ("-", "_", " ", "")}
                  | {plain + tail})
