#!/usr/bin/python3
"""
The last day: rehearsed with a forecast, the freeze asked for and measured, people who work on in spite of it found,
and broken off or killed at each step without harm.
"""

import json
import re
import signal
import sys

sys.dont_write_bytecode = True

from harness import Bench, main, need_programs, wait_until
from terminals import Terminal

DOCUMENTS, LIMIT = 200, 180
STEPS = 6
WORK = ["every patch 20 do insert 1", "every patch 30 do edit any 1", "every patch 45 do replace any 1"]
QUESTION = "Who says that nobody works there any more?"
HELD = re.compile(r"stood still for ([\d.]+) seconds until everything had moved, and for ([\d.]+) seconds until it was proved")


def clinic(bench, *scenario):
    bench.serve(f"generate:{DOCUMENTS},3000")
    bench.ferry("init", "--key")
    bench.ferry("patients", "import")
    if scenario:
        bench.happen(*scenario)


def noted(bench):
    """What the ledger says of cut-overs."""
    return [json.loads(words) for words, in bench.sql(
        "select a.evidence from fmferry_run r join fmferry_audit a on a.run = r.run "
        "where r.kind = 'cutover' and a.after = 'cut-over' order by r.run")]


def comes(terminal, text, times=1):
    return wait_until(lambda: terminal.read() or terminal.text.count(text) >= times or not terminal.is_running(), LIMIT) \
        and terminal.text.count(text) >= times


def words_of(terminal):
    return " ".join(terminal.text.split())


def ends(terminal):
    done = wait_until(lambda: terminal.read() or not terminal.is_running(), LIMIT)
    terminal.read()
    return done and terminal.process.wait()


def proved(tap, bench, name):
    """Nothing lost, nothing doubled; an auditor who has the certificate alone agrees."""
    tap.same(bench.ferry("verify", limit=LIMIT).code, 0, f"{name}: verify finds no difference afterwards")
    bench.status()
    bench.stop_serving()
    bench.forgive_open_sessions()
    bench.check(f"{name}: the checker agrees", exit_code=0)


def rehearsed(tap, bench):
    clinic(bench, *WORK)
    done = bench.ferry("cutover", "--rehearse", limit=LIMIT)
    tap.same(done.code, 0, "a rehearsal ends with 0, with people at work")
    tap.ok("forecast: FileMaker will have to stand still for about" in done.out, "with a forecast", done.out[-800:])
    tap.ok("3 of 6" not in done.out and not noted(bench), "nothing is frozen by it", done.out[-400:])


def on_a_terminal(tap, bench):
    terminal = Terminal(bench, 40, 80, "cutover", "--certificate", "certificate.txt")
    tap.ok(comes(terminal, QUESTION), "the freeze is asked for", terminal.text[-800:])
    tap.ok("fmferry blocks nobody" in words_of(terminal), "it says that it blocks nobody", terminal.text[-1500:])
    bench.happen("do insert 2", "do replace 5", "forget")  # what was added until then; now they go home
    terminal.type("Kim Ito\n")
    tap.same(ends(terminal), 0, "it ends with 0")
    held = HELD.search(words_of(terminal))
    tap.ok(held and 0 < float(held[1]) <= float(held[2]), "and says for how long FileMaker stood still", terminal.text[-900:])
    tap.ok((bench.folder / "certificate.txt").exists(), "there is a certificate")
    notes = noted(bench)
    tap.same([note["frozen_by"] for note in notes], ["Kim Ito"], "the ledger has who said so")
    tap.ok(notes[0]["frozen_at"] < notes[0]["moved_at"] < notes[0]["proved_at"], "and when", notes)
    tap.same(bench.sql("select count(*) from fmferry_document where state <> 'done'"), [(0,)], "all has arrived")
    proved(tap, bench, "on a terminal")


def somebody_works_on(tap, bench):
    """Whenever fmferry logs in, a document changes: the last count and the comparison both see that."""
    clinic(bench, "every login 1 do replace any 1")
    terminal = Terminal(bench, 40, 80, "cutover", "--certificate", "certificate.txt")
    comes(terminal, QUESTION)
    terminal.type("Kim Ito\n")
    tap.ok(comes(terminal, QUESTION, 2), "somebody who works on is found, and the freeze is asked for again", terminal.text[-1500:])
    tap.ok("Somebody does" in words_of(terminal), "it says so", terminal.text[-1500:])
    terminal.type("\n")
    tap.same(ends(terminal), 3, "not now: it ends with 3")
    tap.ok("people may work in FileMaker again" in words_of(terminal), "and says that nothing has to be taken back", terminal.text[-600:])
    done = bench.ferry("cutover", "--certificate", "certificate.txt", "--frozen-by", "Kim Ito", limit=LIMIT)
    tap.same((done.code, done.out.count("Somebody does"), noted(bench)), (3, 5, []), "without a question, five rounds are enough")
    tap.ok("6 of 6" not in done.out, "the last count sees it, before anything is compared", done.out[-800:])


def not_yet(tap, bench):
    """Nobody answers for it: no freeze."""
    clinic(bench)
    terminal = Terminal(bench, 40, 80, "cutover", "--certificate", "certificate.txt")
    comes(terminal, QUESTION)
    terminal.type("\n")
    tap.same(ends(terminal), 3, "an empty answer breaks off with 3")
    tap.ok("broken off before anything was frozen" in words_of(terminal), "and says so", terminal.text[-400:])
    done = bench.ferry("cutover", "--certificate", "certificate.txt", limit=LIMIT)
    tap.ok(done.code == 3 and "--frozen-by NAME" in done.out, "without a terminal it says how to go on", done.out[-500:])
    done = bench.ferry("cutover")
    tap.ok(done.code == 2 and "--certificate" in done.err, "without a certificate there is no cut-over", done.err)
    bench.happen("container 7 is missing", "do edit 7")
    done = bench.ferry("cutover", "--certificate", "certificate.txt", "--frozen-by", "Kim Ito", limit=LIMIT)
    tap.ok(done.code == 3 and "not everything has arrived" in done.out and "3 of 6" not in done.out,
           "a document that fails is settled before the freeze", done.code, done.out[-700:])
    tap.ok(not noted(bench) and not (bench.folder / "certificate.txt").exists(), "nothing is noted or certified")


def broken_off(tap, bench, step, number):
    """By a signal, as soon as a step is named; it may have come to its end meanwhile."""
    name = f"{signal.Signals(number).name} in step {step}"
    program = bench.start("cutover", "--certificate", "certificate.txt", "--frozen-by", "Kim Ito")
    wait_until(lambda: f"{step} of {STEPS}" in program.out_path.read_text() or not program.is_running(), LIMIT)
    program.signal(number)
    done = program.finish(LIMIT)
    tap.ok(done.code in (0, 3, 128 + number, -number), f"{name}: it ends", done.code, done.err[-400:])
    if done.code in (3, 128 + number):
        tap.ok("goes on from here" in done.out or "broken off" in done.out, f"{name}: and says that nothing is lost", done.out[-600:])


def at_each_step(tap, bench):
    clinic(bench, *WORK, "on any do delay 5ms")
    for step in (1, 2, 3, 4, 5, 6):
        for number in (signal.SIGINT, signal.SIGKILL):
            bench.happen("do insert 1")
            broken_off(tap, bench, step, number)
    bench.happen("forget")  # people go home
    for _ in range(2):  # what a killed one held is free when its lease is over
        done = bench.ferry("cutover", "--certificate", "certificate.txt", "--frozen-by", "Kim Ito", limit=LIMIT)
        if done.code == 0:
            break
    tap.same(done.code, 0, "the next one comes to its end")
    tap.same(bench.sql("select count(*) from fmferry_document where state <> 'done'"), [(0,)], "all has arrived in spite of it")
    proved(tap, bench, "broken off")


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "cutover") as bench:
        rehearsed(tap, bench)
        on_a_terminal(tap, bench)
    with Bench(tap, "cutover-works-on") as bench:
        somebody_works_on(tap, bench)
    with Bench(tap, "cutover-not-yet") as bench:
        not_yet(tap, bench)
    with Bench(tap, "cutover-broken") as bench:
        at_each_step(tap, bench)


main(test)
