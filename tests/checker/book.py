"""I6, I7 and I10: the ledger by itself, and against the source's count."""

import collections
import hashlib
import re

from . import rules

# --- I6 ----------------------------------------------------------------------------------------


def check_transitions(scene, report):
    """I6: the audit trail, replayed; it must end where the documents are."""
    for number, document in scene.database.documents.items():
        replay(report, document, scene.database.stories[number])
    uploads = scene.database.uploads
    for number, document in uploads.documents.items():
        replay(report, document, uploads.stories[number])
    for number in (scene.database.stories.keys() - scene.database.documents.keys()) | (uploads.stories.keys() - uploads.documents.keys()):
        report.say("I6", "story-without-document", f"the audit tells of document {number}, which is "
                   "not in the ledger")


def replay(report, document, story):
    state, epoch = "waiting", 0
    for entry in story:
        step = (entry["before"], entry["after"])
        where = f"run {entry['run']} entry {entry['seq']}"
        taken = step in {("waiting", "claimed"), ("stored", "stored"), ("done", "done")} \
            and entry["evidence"] == "" or rules.is_taken_back(entry)
        report.count("I6", 1, "transitions")
        if entry["before"] != state:
            report.say("I6", "transition-gap", f"{where} begins in {entry['before']}, the document "
                       f"was {state}", document["record_id"])
        elif step not in rules.TRANSITIONS and not rules.is_of_undo(entry, state):
            report.say("I6", "transition-forbidden", f"{where} goes from {step[0]} to {step[1]}",
                       document["record_id"])
        if entry["epoch"] < epoch:
            report.say("I6", "epoch-fell", f"{where} has epoch {entry['epoch']} after {epoch}",
                       document["record_id"])
        elif entry["epoch"] != epoch + (1 if taken else 0):
            report.say("I6", "epoch-jumped", f"{where} has epoch {entry['epoch']} after {epoch}",
                       document["record_id"])
        state, epoch = entry["after"], entry["epoch"]
    report.count("I6", 1, "documents")
    if (document["state"], document["epoch"]) != (state, epoch):
        report.say("I6", "state-untold", f"the document is {document['state']} at epoch "
                   f"{document['epoch']}, the audit ends with {state} at {epoch}",
                   document["record_id"])


# --- I7 ----------------------------------------------------------------------------------------


def check_states(scene, report, status=None):
    """I7: nothing missed, nothing invented, all sums true."""
    if scene.truth is None:
        report.leave("I7", "the source is still running: documents are not compared with its count")
    else:
        check_every_record(scene, report)
    check_holders(scene, report)
    check_evidence(scene, report)
    check_tallies(scene, report)
    check_runs(scene, report)
    check_census(scene, report)
    if status is not None:
        check_status(scene, report, status)


def identities(records):
    """recordId -> identities that it may have: its id, or its address where the id is of no use."""
    by_id = collections.Counter(rules.lower(rules.trim(entry["id"])) for entry in records.values())
    possible = {}
    for record_id, entry in records.items():
        identity = rules.lower(rules.trim(entry["id"]))
        if not rules.is_uuid(identity):
            possible[record_id] = {f"rec:{record_id}"}
        elif by_id[identity] > 1:
            possible[record_id] = {identity, f"rec:{record_id}"}
        else:
            possible[record_id] = {identity}
    return possible


def came_later(scene, record_id):
    """Whether a record was made when the last census that was closed had begun: the next one sees it."""
    begun = max((census["started_us"] for census in scene.database.census if census["closed_us"]),
                default=None)
    return begun is not None and any(line["effect"] == "create" and line["us"] >= begun
                                     for line in scene.journal.by_record.get(record_id, ()))


def check_every_record(scene, report):
    closed = any(census["closed_us"] for census in scene.database.census)
    possible = identities(scene.truth.records)
    documents = collections.defaultdict(list)
    for document in scene.database.documents.values():
        documents[str(document["record_id"]), document["container"],
                  document["repetition"]].append(document)
    report.count("I7", len(scene.truth.records), "live records")
    for place in scene.truth.units:
        found = documents.pop(place, [])
        report.count("I7", 1, "containers")
        if not found and (closed or not scene.interrupted) and not came_later(scene, place[0]):
            report.say("I7", "record-missed", "is in the source, and the ledger has no document",
                       place[0])
        if len(found) > 1:
            report.say("I7", "record-twice", f"has {len(found)} documents", place[0])
        for document in found:
            check_identity(report, document, possible[place[0]])
    for place, found in documents.items():
        for document in found:
            check_surplus(scene, report, document)
    owners = collections.Counter((document["identity"], document["container"], document["repetition"])
                                 for document in scene.database.documents.values())
    for owner, number in owners.items():
        if number > 1:
            report.say("I7", "identity-twice", f"{owner[0]} stands for {number} documents")


def check_surplus(scene, report, document):
    """A document that the source has no file for: its record is gone, or its container is empty."""
    record_id = str(document["record_id"])
    report.count("I7", 1, "records gone")
    if record_id in scene.truth.records:
        emptied = document["container"] and document["state"] in ("failed", "waived", "gone")
        if not emptied and not scene.was_edited_at_all(document):
            report.say("I7", "container-invented", f"is {document['state']}, but there is no file in "
                       f"{document['container']}({document['repetition']})", record_id)
    elif document["state"] != "gone" and not was_deleted(scene, record_id):
        report.say("I7", "record-invented", f"is {document['state']}, but the source never had it",
                   record_id)


def check_identity(report, document, possible):
    if document["state"] == "gone":
        report.say("I7", "record-not-gone", "is in the source, and the ledger says gone",
                   document["record_id"])
    if document["identity"] not in possible:
        report.say("I7", "identity-wrong", f"goes by {document['identity']}, not "
                   f"{' or '.join(sorted(possible))}", document["record_id"])
    has_id = not document["identity"].startswith("rec:")
    if has_id != (document["filemaker_id"] is not None) \
            or (has_id and document["filemaker_id"].lower() != document["identity"]):
        report.say("I7", "identity-spelling", f"{document['filemaker_id']} is no spelling of "
                   f"{document['identity']}", document["record_id"])


def was_deleted(scene, record_id):
    return any(line["effect"] == "delete" for line in scene.journal.by_record.get(record_id, ()))


def check_holders(scene, report):
    """Only a run that is not over holds documents."""
    for document in scene.database.documents.values():
        run = scene.database.runs.get(document["run"])
        if document["run"] is None and document["state"] != "claimed":
            continue
        if run is None or run["ended_us"] is not None or not scene.interrupted:
            report.say("I7", "claim-left", f"is {document['state']}, held by run {document['run']}, "
                       "which is over", document["record_id"])


def check_evidence(scene, report):
    """A document that failed says why, and the reason fits what the container really is."""
    for document in scene.with_state("failed"):
        attempts = scene.database.attempts[document["document"]]
        last = attempts[-1] if attempts else None
        report.count("I7", 1, "failures with evidence")
        if document["class"] not in rules.CLASSES:
            report.say("I7", "class-unknown", f"failed with the class '{document['class']}'",
                       document["record_id"])
        if last is None or not last["message"] or last["class"] != document["class"]:
            report.say("I7", "evidence-missing", f"failed with {document['class']}, and the last "
                       f"attempt says {last['class'] if last else 'nothing'}", document["record_id"])
        entry = scene.record(document)
        wanted = rules.CLASS_OF_KIND.get(entry["kind"]) if entry else None
        if wanted and document["class"] != wanted and document["class"] not in rules.ANY_KIND:
            report.say("I7", "class-wrong", f"failed with {document['class']}, but the container is "
                       f"{entry['kind']}", document["record_id"])
    for document in scene.with_state("waived"):
        waiver = scene.database.waivers.get(document["document"])
        if waiver is None or not waiver["who"] or not waiver["reason"]:
            report.say("I7", "waiver-missing", "is waived by nobody, or without a reason",
                       document["record_id"])


def check_tallies(scene, report):
    """The tallies, summed over runs, against the documents themselves; uploads by themselves."""
    for those in (scene.database, scene.database.uploads):
        compare_tallies(report, those)


def compare_tallies(report, those):
    told, true = collections.defaultdict(lambda: [0, 0]), collections.defaultdict(lambda: [0, 0])
    for tally in those.tallies:
        cell = told[tally["state"], tally["class"], tally["type"], tally["link"]]
        cell[0] += tally["documents"]
        cell[1] += tally["bytes"]
    for document in those.documents.values():
        has_bytes = document["state"] in ("stored", "done")
        cell = true[document["state"],
                    document["class"] if document["state"] in ("failed", "waived") else "",
                    document["type"], document["link"] if has_bytes else ""]
        cell[0] += 1
        cell[1] += document["size"] if has_bytes and document["size"] else 0
    for cell in sorted(told.keys() | true.keys()):
        report.count("I7", 1, "tallies")
        if told[cell] != true[cell]:
            report.say("I7", "tally-wrong", f"{told[cell][0]} documents and {told[cell][1]} bytes are "
                       f"told for {' / '.join(word or '-' for word in cell)}, {true[cell][0]} and "
                       f"{true[cell][1]} are there")


def ends_of(entries):
    """{document: how a run left it}: done, failed, waiting; not one whose record it found gone."""
    ends = {}
    for entry in entries:
        if (entry["before"], entry["after"]) == ("stored", "done"):
            ends[entry["document"]] = "done"
        elif (entry["before"], entry["after"]) == ("claimed", "failed"):
            ends[entry["document"]] = "failed"
        elif entry["before"] in ("claimed", "stored") and entry["evidence"] in rules.CLASSES:
            ends[entry["document"]] = "waiting"
        elif entry["after"] == "gone" and entry["evidence"] == "":
            ends.pop(entry["document"], None)
    return ends


def given_in(entries):
    """Documents that `link` gave to a patient: no state tells of these."""
    return {entry["document"] for entry in entries if " bytes sha256 " in entry["evidence"]
            and (entry["before"], entry["after"]) == ("done", "done")}


def check_runs(scene, report):
    """A run's own figures, against its audit chain: documents, not attempts."""
    for number, run in scene.database.runs.items():
        if run["status"] in ("running", "died"):
            continue
        ends = ends_of(scene.database.audit[number])
        done = [end for end in ends.values() if end == "done"]
        failed = [end for end in ends.values() if end == "failed"]
        if run["kind"] == "link":
            done, failed = given_in(scene.database.audit[number]), [None] * run["failed"]
        if run["kind"] == "undo":
            begun = {entry["document"] for entry in scene.database.audit[number] if rules.is_taken_back(entry)}
            done, failed = list(begun)[:run["successful"]], [None] * run["failed"]
        report.count("I7", 1, "runs")
        if (run["successful"], run["failed"]) != (len(done), len(failed)):
            report.say("I7", "run-wrong", f"run {number} says {run['successful']} successful and "
                       f"{run['failed']} failed; its audit has {len(done)} and {len(failed)}")
        if run["processed"] != run["successful"] + run["failed"] + run["waiting"] \
                or run["waiting"] < 0 or run["processed"] > run["found"]:
            report.say("I7", "run-sum", f"run {number}: found {run['found']}, processed "
                       f"{run['processed']}, successful {run['successful']}, failed {run['failed']}, "
                       f"waiting {run['waiting']} do not go together")


def check_census(scene, report):
    """Each document was seen once as new; a closed census agrees with its independent count."""
    new = sum(int(found.group(1)) for entries in scene.database.audit.values() for entry in entries
              if entry["document"] is None
              and (found := re.match(r"\d+ seen, (\d+) new,", entry["evidence"])))
    if new != len(scene.database.documents):
        report.say("I7", "census-sum", f"the audit saw {new} new documents, the ledger has "
                   f"{len(scene.database.documents)}")
    for census in scene.database.census:
        if census["closed_us"] is None:
            continue
        report.count("I7", 1, "closed censuses")
        agrees = census["witness"] in (None, census["records"]) or came_or_went(scene, census)
        if census["records"] != census["found"] or not agrees:
            report.say("I7", "census-disagrees", f"census {census['number']} saw {census['records']} "
                       f"records, found {census['found']}, the witness says {census['witness']}")
    if not scene.interrupted and scene.truth is not None and scene.database.census:
        check_last_census(scene, report)


def came_or_went(scene, census):
    """Whether records were made or deleted while they were counted: two counts then need not agree."""
    return any(line["effect"] in ("create", "duplicate", "delete")
               and census["started_us"] <= line["us"] <= census["closed_us"]
               for line in scene.journal.lines)


def check_last_census(scene, report):
    last = scene.database.census[-1]
    changed = any(line["effect"] in ("create", "delete") for line in scene.journal.lines)
    if last["closed_us"] is not None and not changed and last["records"] != scene.truth.seen:
        report.say("I7", "census-untrue", f"the last census saw {last['records']} records, the source "
                   f"has {scene.truth.seen}")


def check_status(scene, report, status):
    """`status --json` in the published shape, its sums true."""
    count = collections.Counter(row["state"] for row in scene.database.documents.values())
    states = [state for state in rules.STATES if state != "gone"]
    wanted = {
        "states": {state: count[state] for state in states},
        "source.total": sum(count[state] for state in states),
        "source.gone": count["gone"],
        "bytes.stored": sum(d["size"] or 0 for d in scene.with_state("stored", "done")),
        "links": {link: sum(d["link"] == link for d in scene.with_state("stored", "done"))
                  for link in ("linked", "unlinked", "review")},
        "failures": dict(collections.Counter(d["class"] for d in scene.with_state("failed"))),
        "types": {t: tuple(sum(d["type"] == t and d["state"] in among
                               for d in scene.database.documents.values())
                           for among in (states, ["done"], ["failed"]))
                  for t in {d["type"] for d in scene.database.documents.values()
                            if d["state"] != "gone"}},
        "runs": [tuple(run[name] for name in ("run", "found", "processed", "successful", "failed",
                                              "waiting", "status"))
                 for run in scene.database.runs.values() if run.get("kind", "run") == "run"],
    }
    try:
        told = {
            "states": status["states"], "source.total": status["source"]["total"],
            "source.gone": status["source"]["gone"], "bytes.stored": status["bytes"]["stored"],
            "links": status["links"],
            "failures": {f["class"]: f["count"] for f in status["failures"]},
            "types": {t["type"]: (t["total"], t["done"], t["failed"]) for t in status["types"]
                      if t["total"]},
            "runs": [tuple(run[name] for name in ("run", "found", "processed", "successful", "failed",
                                                  "waiting", "status")) for run in status["runs"]],
        }
    except (KeyError, TypeError) as missing:
        report.say("I7", "status-shape", f"status --json lacks {missing}")
        return
    for name, value in wanted.items():
        report.count("I7", 1, "figures of status")
        if told[name] != value:
            report.say("I7", "status-wrong", f"{name} is {told[name]}, true is {value}")


# --- I10 ---------------------------------------------------------------------------------------


def check_audit(scene, report):
    """I10: every chain, made again from its entries."""
    audit = {**scene.database.audit, **scene.database.uploads.audit}
    runs = {**scene.database.runs, **scene.database.uploads.runs}
    for number in sorted(audit.keys() | runs.keys()):
        if number not in runs:
            report.say("I10", "chain-without-run", f"there is a chain of run {number}, but no run")
        check_chain(report, number, audit.get(number, []))
        if number in runs:
            check_chain_ends(report, runs[number], audit.get(number, []))
    report.count("I10", 1, "databases")
    if scene.database.integrity != ["ok"]:
        report.say("I10", "database-broken", "; ".join(scene.database.integrity[:3]))


def check_chain(report, number, entries):
    before = bytes(32)
    for place, entry in enumerate(entries, 1):
        report.count("I10", 1, "entries")
        if entry["seq"] != place:
            report.say("I10", "chain-gap", f"run {number} has entry {entry['seq']} where {place} "
                       "should be")
            return
        columns = (entry["run"], entry["seq"], entry["at_us"], entry["document"] or 0,
                   entry["epoch"], entry["before"], entry["after"], entry["evidence"])
        text = "".join(f"{column}\n" for column in columns).encode("utf-8", "surrogateescape")
        if hashlib.sha256(before + text).digest() != entry["hash"]:
            report.say("I10", "chain-broken", f"run {number} entry {entry['seq']} is not what was "
                       "written, or does not follow the one before")
            return
        before = entry["hash"]


def check_chain_ends(report, run, entries):
    number = run["run"]
    first, last = (entries[0], entries[-1]) if entries else (None, None)
    if first is None or (first["document"], first["after"]) != (None, "running"):
        report.say("I10", "chain-headless", f"run {number} has no first entry")
    elif run["status"] not in ("running", "died") and \
            (last["document"], last["before"], last["after"]) != (None, "running", run["status"]):
        report.say("I10", "chain-cut", f"run {number} is {run['status']}, and its chain does not say "
                   "so in its end")
