#!/usr/bin/python3
"""
What a run tells people, by command, webhook and mail: in every shape, with the run's own figures, and with nothing of
a patient, a document or a secret. A way that is dead, slow or refuses is a warning, and stops no run.
"""

import email
import http.server
import json
import os
import sys
import threading

sys.dont_write_bytecode = True

from harness import Bench, main, need_programs

PATH = "/hooks/Canary-Bittern-0815"


class Hook(http.server.ThreadingHTTPServer):
    """Keeps what it is sent."""

    def __init__(self):
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                hook.got.append((self.path, dict(self.headers), body))
                self.send_response(hook.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.got, self.status = [], 200
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_address[1]}{PATH}"


def script(bench, name, body):
    path = bench.folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o700)
    return path


def text_of(shape, body):
    if shape == "ntfy":
        return body
    said = json.loads(body)
    if shape == "teams":
        return said["attachments"][0]["content"]["body"][0]["text"]
    return said["text"]


def tries(tap, bench, hook, mailer):
    """`notify --test`."""
    tap.same(bench.ferry("notify", "--test").code, 2, "without [notify] nobody can be told")
    for shape in ("json", "slack", "teams", "ntfy"):
        bench.configure(notify={"webhook_env": "HOOK", "shape": shape})
        done = bench.ferry("notify", "--test", environment=bench.environment(HOOK=hook.url))
        path, headers, body = hook.got[-1]
        kind = "text/plain; charset=utf-8" if shape == "ntfy" else "application/json"
        tap.same((done.code, path, headers["Content-Type"]), (0, PATH, kind), f"{shape}: it is sent")
        tap.ok(text_of(shape, body).startswith("fmferry, Clinic/API_Docs: this is a test"), f"{shape}: as it wants it", body)
    bench.configure(notify={"webhook_env": None, "shape": None, "mail": "it@clinic.example", "sendmail": mailer})
    done = bench.ferry("notify", "--test")
    mail = email.message_from_string((bench.folder / "mail").read_text())
    tap.same((done.code, mail["To"], mail["Subject"]), (0, "it@clinic.example", "fmferry: test"), "mail is sent")
    tap.ok("this is a test" in mail.get_payload(), "with the text", mail.get_payload())
    tap.same((bench.folder / "mail.words").read_text(), "-t -oi\n", "which is in no argument")


def fails(tap, bench, hook):
    """Each way fails in its ways, and is named without its address."""
    hook.status = 403
    cases = [({"webhook_env": "HOOK"}, hook.url, "HTTP 403"),
             ({"webhook_env": "HOOK"}, "http://127.0.0.1:9" + PATH, "no connection"),
             ({"webhook_env": "HOOK"}, "http://192.0.2.1" + PATH, "Use https"),
             ({"webhook_env": "HOOK"}, "nonsense" + PATH, "not a URL"),
             ({"command": "false"}, "", "status 1"), ({"command": bench.folder / "none"}, "", "cannot be run"),
             ({"mail": "it@clinic.example", "sendmail": bench.folder / "none"}, "", "cannot be run")]
    for keys, url, says in cases:
        bench.configure(notify={"mail": None, "sendmail": None, "command": None, "webhook_env": None, **keys})
        done = bench.ferry("notify", "--test", environment=bench.environment(HOOK=url))
        tap.ok(done.code != 0 and says in done.err and PATH not in done.err + done.out, f"{keys}: {says}", done.code, done.err)
    hook.status = 200
    bench.sections["notify"].update({"webhook_env": None, "mail": None, "sendmail": None})
    (bench.folder / "fmferry.ini").write_text(bench.config.read_text() + f"\n[notify]\nwebhook = {hook.url}\n")
    tap.ok("must not be written in this file" in bench.ferry("notify", "--test").err, "the address is no setting")


def runs(tap, bench, hook, mailer):
    command = script(bench, "told", 'cat >> "$HOME/told.txt"')
    ways = {"command": command, "webhook_env": "HOOK", "mail": "it@clinic.example", "sendmail": mailer, "shape": "json"}
    bench.configure(notify=ways, run={"attempts": 2})
    hook.got.clear()
    done = bench.ferry("run", "-v", environment=bench.environment(HOOK=hook.url))
    told = {event: body for event, body in ((json.loads(body)["event"], json.loads(body)) for _, _, body in hook.got)}
    tap.ok("end" in told and set(told) <= {"end", "failures"}, "a run tells its end", sorted(told))
    end = told["end"]
    states = dict(bench.sql("select state, count(*) from fmferry_document group by state"))
    tap.same((end["to_do"], end["done"], end["failed"]), (60, states["done"], states["failed"]), "with its figures")
    text = (bench.folder / "told.txt").read_text()
    tap.ok(end["text"] + "\n" in text, "the command has the same words", text)
    tap.ok("new reasons: container-empty" in text, "and those of failures, as they are new", text)
    tap.ok(end["text"] in (bench.folder / "mail").read_text(), "so has the mail")
    everything = text + (bench.folder / "mail").read_text() + json.dumps([body for _, _, body in hook.got])
    nothing_of_patients(tap, bench, everything)
    tap.ok(PATH not in done.err + done.out, "the address is not in the log, even with -v")
    tap.ok(PATH not in (bench.folder / "fmferry.ini").read_text(), "nor in the configuration")


def nothing_of_patients(tap, bench, text):
    words = {str(word) for row in bench.sql("select id, first_name, last_name from patients_patient") for word in row}
    words |= {str(word) for row in bench.sql("select identity, filemaker_id, type from fmferry_document") for word in row}
    words |= set((bench.folder / "canaries").read_text().split())
    words = {word for word in words if len(word) > 3}
    tap.ok(len(words) > 100, f"{len(words)} texts of records were sought")
    tap.same([word for word in sorted(words) if word.lower() in text.lower()], [], "and none was told")


def stops(tap, bench, hook):
    """A run that has to stop says so; dead ways are warnings."""
    hook.got.clear()
    hook.status = 500
    bench.configure(notify={"command": "false", "webhook_env": "HOOK"}, source={"password_env": "WRONG"})
    done = bench.ferry("run", environment=bench.environment(HOOK=hook.url, WRONG="no such password"))
    tap.same(done.code, 4, "the run ends with its own code, whoever could be told")
    tap.ok("nobody was told 'stop': the webhook: HTTP 500" in done.err and "status 1" in done.err,
           "and what could not be told is a warning", done.err)
    told = json.loads(hook.got[-1][2])
    tap.same((told["event"], told["text"]), ("stop", "fmferry, Clinic/API_Docs: the run stopped: a login, a right or a certificate "
                                                     "was refused. The log says more"), "a stop says who has to do something")
    hook.status = 200
    hook.got.clear()
    bench.configure(notify={"webhook_env": "HOOK", "on": "failures, idle"})
    bench.ferry("run", environment=bench.environment(HOOK=hook.url))
    tap.same(hook.got, [], "what nobody wants to know is not told")


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "notify") as bench:
        (bench.folder / "scenario").write_text("container 10..12 is empty\n")
        bench.serve("generate:60,2K", "--scenario", bench.folder / "scenario")
        bench.ferry("patients", "import")
        os.chmod(bench.config, 0o600)
        hook, mailer = Hook(), script(bench, "sendmail", 'echo "$@" > "$HOME/mail.words"; cat > "$HOME/mail"')
        tries(tap, bench, hook, mailer)
        fails(tap, bench, hook)
        bench.configure()
        runs(tap, bench, hook, mailer)
        stops(tap, bench, hook)


main(test)
