"""The findings of a check: violations by name, and how many things were examined."""

import json

INVARIANTS = {
    "I1": "a mark of ours stands for an object that exists with exactly its bytes",
    "I2": "stored and done documents have their object, whole and true to the source",
    "I3": "one row per document, one object per content, nothing that was not intended",
    "I4": "marks are written only for bytes that were stored, and nothing else is written",
    "I5": "ledger and mark agree, or the source was edited since",
    "I6": "only allowed transitions; epochs never fall",
    "I7": "every document is in exactly one state, and all sums are true",
    "I8": "bytes and hashes sum up alike on source, ledger, store and registry",
    "I9": "no session and no upload is left open",
    "I10": "the audit chains verify",
    "I11": "no secret and no patient data where they do not belong",
    "I12": "nothing is left behind",
    "I13": "the exit code is true",
    "I14": "a rerun writes nothing",
}
SHOWN_PER_CODE = 10


class Report:
    """Collects violations and counts; the only place that prints."""

    def __init__(self):
        self.violations, self.counts, self.unchecked = [], {}, []

    def say(self, invariant, code, text, record=None, key=None, row=None):
        """A violation: which invariant, a short name for what is wrong, and where."""
        self.violations.append({"invariant": invariant, "code": code, "text": text,
                                "record": None if record is None else str(record),
                                "key": key, "row": row})

    def count(self, invariant, number, what):
        things = self.counts.setdefault(invariant, {})
        things[what] = things.get(what, 0) + number

    def leave(self, invariant, why):
        """Something that this check could not look at."""
        self.unchecked.append({"invariant": invariant, "why": why})

    def save(self, path):
        with open(path, "w", encoding="utf-8") as to:
            json.dump({"violations": self.violations, "counts": self.counts,
                       "unchecked": self.unchecked}, to, indent=1)

    def show(self):
        for invariant, meaning in INVARIANTS.items():
            bad = [v for v in self.violations if v["invariant"] == invariant]
            counted = ", ".join(f"{n} {what}" for what, n in self.counts.get(invariant, {}).items())
            word = "FAIL" if bad else "ok" if counted else "-"
            print(f"{invariant:4} {word:4} {meaning}: {counted or 'nothing to check'}")
            for left in self.unchecked:
                if left["invariant"] == invariant:
                    print(f"          not checked: {left['why']}")
            self._show_violations(bad)
        print(f"{len(self.violations)} violations")

    @staticmethod
    def _show_violations(violations):
        shown = {}
        for v in violations:
            shown[v["code"]] = shown.get(v["code"], 0) + 1
            if shown[v["code"]] <= SHOWN_PER_CODE:
                where = " ".join(f"{name}={v[name]}" for name in ("record", "row", "key") if v[name])
                print(f"     {v['code']} {where}: {v['text']}")
        for code, number in shown.items():
            if number > SHOWN_PER_CODE:
                print(f"     {code}: {number - SHOWN_PER_CODE} more")
