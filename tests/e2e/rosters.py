"""
Rosters as practices keep them, made from a seed. The truth about each patient is kept beside them. Python's
own csv module writes the files.
"""

import csv
import datetime
import io
import random
import uuid

NAMES = ["Ann", "Zoë", "José María", "O'Neill", "Li", "Müller-Lüdenscheidt", "van den Berg", "Åse", "Ng",
         'Eve "Evie"', "Smith, Jr.", "Smith; Jr.", "d|Arc", "Œuvre", "Šťastný", "Ж. Иванов", "山田", "Null", "Ana  Lu",
         "N/A", "True", "0", "-", "=SUM(1)", "Ⅷ", "김", "François", "Renée", "de la Cruz", "X"]
FORMS = {"iso": ("%Y-%m-%d", "iso"), "month-first": ("%m/%d/%Y", "month-first"),
         "day-first": ("%d/%m/%Y", "day-first"), "dots": ("%d.%m.%Y", "day-first"),
         "dashes": ("%d-%m-%Y", "day-first")}
CODINGS = {"utf-8": "", "utf-8-sig": "", "utf-16": "", "utf-16-le": "", "utf-16-be": "", "cp1252": "windows-1252"}
SEPARATORS = [",", ";", "\t", "|"]
COLUMNS = ["id", "FirstName", "LastName", "DOB", "MRN", "Notes"]


class Patient:
    def __init__(self, dice, coding):
        fits = [name for name in NAMES if fits_in(name, coding)]
        self.id = dice.choice([str(uuid.UUID(int=dice.getrandbits(128))).upper(),
                               f"{dice.randrange(10 ** 9):010}", f"P-{dice.randrange(10 ** 6)}"])
        self.first, self.last = dice.choice(fits), dice.choice(fits)
        self.born = datetime.date(dice.choice([dice.randrange(1920, 2024), dice.randrange(1, 1000)])
                                  if dice.random() < 0.1 else dice.randrange(1920, 2024),
                                  dice.randrange(1, 13), dice.randrange(1, 29))
        self.mrn = dice.choice([f"{dice.randrange(10 ** 6):08}", f"M{dice.randrange(10 ** 6)}", ""])
        self.notes = dice.choice(["", "a,b;c\td|e", 'says "hello"', "two\nlines", "two\r\nlines", "ok"])


def fits_in(text, coding):
    try:
        text.encode("cp1252" if coding == "cp1252" else "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def written(day, form):
    """strftime() leaves the zeros of early years away."""
    return FORMS[form][0].replace("%Y", f"{day.year:04}").replace("%m", f"{day.month:02}") \
        .replace("%d", f"{day.day:02}")


def is_either(day, form):
    return form != "iso" and day.day <= 12 and day.day != day.month


class Roster:
    """One roster: its patients, how it is written, what was told of it, and the trap in it."""

    def __init__(self, seed, traps=True):
        self.seed = seed
        self.dice = dice = random.Random(f"roster {seed}")
        self.form, self.coding = dice.choice(list(FORMS)), dice.choice(list(CODINGS))
        self.separator = dice.choice(SEPARATORS)
        self.ends = dice.choice(["\n", "\r\n", "\r"])
        self.quoting = dice.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
        self.told = dice.choice(["", "", FORMS[self.form][1], FORMS[self.form][1], "wrong"])
        people = {}
        for _ in range(dice.randrange(3, 14)):
            one = Patient(dice, self.coding)
            people.setdefault(one.id.lower(), one)
        self.people = list(people.values())
        for one in self.people:
            if self.ends == "\r":  # the csv module quotes no line feed there; FileMaker writes VT
                one.notes = one.notes.replace("\r\n", "\x0b").replace("\n", "\x0b")
        if self.told == "wrong":
            self._tell_wrong()
        self.trap = dice.choice(list(TRAPS)) if traps and dice.random() < 0.5 else None
        self.rows = [[one.id, one.first, one.last, written(one.born, self.form), one.mrn, one.notes]
                     for one in self.people]
        self.header = list(COLUMNS)
        self.encoding_told = CODINGS[self.coding]
        self.said, self.refused, self.left_out = [], False, set()
        self.raw = None
        if self.trap:
            TRAPS[self.trap](self)

    def _tell_wrong(self):
        """One form is set, the file has the other: a day that cannot be a month shows it."""
        if self.form == "iso":
            self.told = "day-first"  # is as good as nothing: ISO says itself what it is
            return
        self.told = "day-first" if FORMS[self.form][1] == "month-first" else "month-first"
        one = self.dice.choice(self.people)
        one.born = one.born.replace(day=self.dice.randrange(13, 29))

    def text(self):
        to = io.StringIO(newline="")
        out = csv.writer(to, delimiter=self.separator, quoting=self.quoting, lineterminator=self.ends)
        out.writerow(self.header)
        out.writerows(self.rows)
        return to.getvalue()

    def bytes(self):
        return self.raw if self.raw is not None else self.text().encode(self.coding)

    def options(self):
        words = ["--encoding", self.encoding_told] if self.encoding_told else []
        return words + (["--date-format", self.told] if self.told else [])

    def line_of(self, row):
        """The line on which the row of that number stands, in our own count."""
        kept, self.rows = self.rows, self.rows[:row]
        before = self.text()
        self.rows = kept
        return 1 + before.replace("\r\n", "\n").replace("\r", "\n").count("\n")

    def reads(self, one):
        """The day that must be in the application: the truth, or none."""
        trusted = self.told in (FORMS[self.form][1],)
        if id(one) in self.left_out or (not trusted and is_either(one.born, self.form)):
            return None
        return one.born.isoformat()

    def __str__(self):
        return (f"seed {self.seed}: {self.form}, {self.coding}, {self.separator!r}, {self.ends!r}, told "
                f"{self.told or 'nothing'}, trap {self.trap}")


# --- traps: what a file may have done to it -------------------------------------------------------


def refuse(roster, *said):
    roster.refused, roster.said = True, list(said)


def pick(roster):
    return roster.dice.randrange(len(roster.rows))


def missing_column(roster):
    gone = roster.dice.choice(["FirstName", "LastName", "DOB", "MRN"])
    at = roster.header.index(gone)
    roster.header.pop(at)
    for row in roster.rows:
        row.pop(at)
    refuse(roster, f"no column '{gone}'", "'id'", "Name one of these")


def column_twice(roster):
    roster.header[5] = roster.dice.choice(["LastName", "DOB", "id"])
    refuse(roster, f"2 columns '{roster.header[5]}'", "another name")


def ragged(roster):
    at = pick(roster)
    roster.rows[at].insert(1, "x")
    refuse(roster, f"line {roster.line_of(at)} has 7 cells", "in quotes")


def short_line(roster):
    at = pick(roster)
    roster.rows[at] = roster.rows[at][:3]
    refuse(roster, f"line {roster.line_of(at)} has 3 cells")


def open_quote(roster):
    text = roster.text() + f'"Q1{roster.separator}Ann'
    roster.raw = text.encode(roster.coding)
    refuse(roster, f"line {roster.line_of(len(roster.rows))}", "a quote does not close")


def behind_quote(roster):
    text = roster.text() + roster.separator.join(['"Q1" x', "a", "b", "", "", ""]) + roster.ends
    roster.raw = text.encode(roster.coding)
    refuse(roster, f"line {roster.line_of(len(roster.rows))}", "behind a closing quote", "twice")


def nul(roster):
    roster.rows[pick(roster)][1] += "\0"
    to = roster.text  # the csv module of some Pythons refuses a NUL
    refuse(roster, "a NUL")
    roster.raw = text_with(roster, "\0").encode(roster.coding)
    del to


def text_with(roster, what):
    """Puts a control character in behind the csv module's back."""
    at = next(row for row in roster.rows if what in row[1])
    at[1] = at[1].replace(what, "\uE000")
    text = roster.text().replace("\uE000", what)
    at[1] = at[1].replace("\uE000", what)
    return text


def bad_byte(roster):
    roster.coding, roster.encoding_told = "utf-8", roster.dice.choice(["", "utf-8"])
    at = pick(roster)
    roster.rows[at][1] = "M\uE000ller"
    roster.raw = roster.text().encode("utf-8").replace("\uE000".encode(), b"\xfc")
    refuse(roster, f"line {roster.line_of(at)}, column", "0xFC is not UTF-8", "UTF-8\"")


def windows_untold(roster):
    roster.coding, roster.encoding_told = "cp1252", ""
    for row, one in zip(roster.rows, roster.people):
        row[1] = one.first = "Müller"
        row[2] = one.last = "Ann"
    refuse(roster, "column", "Windows-1252", "windows-1252")


def utf8_told_windows(roster):
    roster.coding, roster.encoding_told = "utf-8", "windows-1252"
    roster.rows[pick(roster)][1] = "Müller"
    refuse(roster, "it is UTF-8", "leave that empty")


def workbook(roster):
    roster.raw = b"PK\x03\x04" + roster.text().encode("utf-8")
    roster.encoding_told = ""
    refuse(roster, "workbook", "CSV")


def cut_amid(roster):
    roster.coding, roster.encoding_told = "utf-16", ""
    roster.raw = roster.bytes()[:-1]
    refuse(roster, "was cut")


def header_again(roster):
    at = pick(roster)
    roster.rows.insert(at, list(roster.header))
    refuse(roster, f"line {roster.line_of(at)} repeats")


def control_in_name(roster):
    at = pick(roster)
    roster.rows[at][1] = "An\x0bna"
    refuse(roster, f"line {roster.line_of(at)}", "[patients] first_name", "control character")


def lost_letter(roster):
    if roster.coding == "cp1252":
        roster.coding, roster.encoding_told = "utf-8", ""
    at = pick(roster)
    roster.rows[at][2] = "M\ufffdller"
    refuse(roster, f"line {roster.line_of(at)}", "lost letter")


def converted_twice(roster):
    at = pick(roster)
    if roster.coding == "cp1252":
        roster.coding, roster.encoding_told = "utf-8", ""
    roster.rows[at][1] = roster.dice.choice(["Müller", "José", "Ümit"]).encode().decode("cp1252")
    refuse(roster, f"line {roster.line_of(at)}", "converted once more", "anew")


def hidden_in_id(roster):
    if roster.coding == "cp1252":
        roster.coding, roster.encoding_told = "utf-8", ""
    at = pick(roster)
    roster.rows[at][0] = "A\u200b1"
    refuse(roster, f"line {roster.line_of(at)}", "cannot be seen")


def shortened_id(roster):
    at = pick(roster)
    roster.rows[at][roster.dice.choice([0, 4])] = roster.dice.choice(["1.23E+11", "9,87E+15"])
    refuse(roster, f"line {roster.line_of(at)}", "shortened", "as text")


def no_separator(roster):
    roster.coding, roster.encoding_told = "utf-8", ""
    roster.raw = b"id:FirstName:LastName:DOB:MRN\nA:b:c:2001-01-01:\n"
    refuse(roster, "one column", "sep=X")


def empty_file(roster):
    roster.raw = roster.dice.choice([b"", b"\xef\xbb\xbf", b"\xff\xfe"])
    roster.encoding_told = ""
    refuse(roster, "empty")


# ... and those that are read all the same, with what is not certain left out.


def told_separator(roster):
    roster.separator = roster.dice.choice([";", "|", "\t", ",", ":", "~", "^"])
    text = f"sep={roster.separator}{roster.ends}" + roster.text()
    roster.raw = text.encode(roster.coding)


def other_case(roster):
    roster.header = [name.upper() for name in roster.header]


def other_order(roster):
    order = list(range(len(COLUMNS)))
    roster.dice.shuffle(order)
    roster.header = [roster.header[i] for i in order]
    roster.rows = [[row[i] for i in order] for row in roster.rows]


def blanks_around(roster):
    for row in roster.rows:
        row[:4] = [f"  {cell}\u00a0" for cell in row[:4]]


def empty_lines(roster):
    roster.rows.insert(pick(roster), [""] * len(COLUMNS))
    roster.raw = (roster.text() + roster.ends * 2).encode(roster.coding)


def with_times(roster):
    for row in roster.rows:
        row[3] += roster.dice.choice([" 00:00:00", " 0:00", " 12:00:00 AM", " 8:15 p.m."])


def short_years(roster):
    one, row = roster.people[0], roster.rows[0]
    row[3] = one.born.strftime(roster.dice.choice(["%d/%m/%y", "%m-%d-%y", "%d.%m.%y", "%y-%m-%d"]))
    if roster.told and len({1 for p in roster.people if p.born.day > 12}) == 0:
        roster.told = ""
    roster.left_out.add(id(one))
    _trust_again(roster)


def no_dates(roster):
    row = roster.rows[0]
    row[3] = roster.dice.choice(["18325", "unknown", "31/02/1999", "19500304", "1950-03-04T10:00:00Z",
                                 "03/04/1950 - 05/04/1950", "4 or 5/3/1950", "0000-01-01", "2001-13-40"])
    roster.left_out.add(id(roster.people[0]))
    _trust_again(roster)


def _trust_again(roster):
    """A trap may have taken away the one date that showed how the others are meant."""
    if roster.told and roster.told != FORMS[roster.form][1]:
        roster.told = ""


def mixed(roster):
    """One date is plainly written the other way: then no date that could mean either is read."""
    if roster.form == "iso":
        roster.trap = None  # says itself what it is
        return
    other = "month-first" if FORMS[roster.form][1] == "day-first" else "day-first"
    one, row = roster.people[0], roster.rows[0]
    one.born = one.born.replace(day=13 + roster.seed % 15)
    row[3] = written(one.born, other)
    roster.told = roster.dice.choice(["", FORMS[roster.form][1]])
    roster.left_out |= {id(each) for each in roster.people if is_either(each.born, roster.form)}


def id_twice(roster):
    """Two rows have one id: nobody knows which patient is meant, so neither is written."""
    copy = list(roster.rows[0])
    copy[1] = "Somebody"
    roster.rows.append(copy)
    roster.people = roster.people[1:]


def no_id(roster):
    roster.rows[0][0] = roster.dice.choice(["", "   "])
    roster.people = roster.people[1:]


TRAPS = {one.__name__: one for one in (
    missing_column, column_twice, ragged, short_line, open_quote, behind_quote, nul, bad_byte, windows_untold,
    utf8_told_windows, workbook, cut_amid, header_again, control_in_name, lost_letter, converted_twice, hidden_in_id,
    shortened_id, no_separator, empty_file, told_separator, other_case, other_order, blanks_around,
    empty_lines, with_times, short_years, no_dates, mixed, id_twice, no_id)}
