"""
Drives Chromium by its own protocol over two pipes: a window of any width, what a page's boxes measure, and
what is printed. A page needs no script for that, and may forbid all.
"""

import base64
import json
import os
import select
import subprocess
import time

from harness import die_with_parent
from webpage import QUIET, browser

LIMIT = 120


class Browser:
    """`with Browser(folder) as browser:`; its profile dies with `folder`."""

    def __init__(self, folder):
        from_us, ours = os.pipe()
        theirs, to_us = os.pipe()

        def take_pipes():  # it reads from 3 and writes to 4
            die_with_parent()
            spare = [os.dup(from_us), os.dup(to_us)]
            while min(spare) <= 4:
                spare = [os.dup(one) for one in spare]
            os.dup2(spare[0], 3)
            os.dup2(spare[1], 4)
        self.process = subprocess.Popen(
            [browser(), *QUIET, f"--user-data-dir={folder}/browsing", "--remote-debugging-pipe",
             "about:blank"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={"HOME": str(folder), "PATH": "/usr/bin:/bin"}, close_fds=False, preexec_fn=take_pipes)
        os.close(from_us)
        os.close(to_us)
        self.to, self.source, self.rest, self.calls, self.heard = ours, theirs, b"", 0, []
        self.session = None
        pages = self.call("Target.getTargets")["targetInfos"]
        page = next(one["targetId"] for one in pages if one["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        self.call("Page.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.to)
        os.close(self.source)
        self.process.terminate()
        self.process.wait(LIMIT)
        return False

    def _next(self):
        """The next message, which ends with a zero byte."""
        until = time.monotonic() + LIMIT
        while b"\0" not in self.rest:
            if not select.select([self.source], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError("Chromium does not answer")
            data = os.read(self.source, 1 << 20)
            if not data:
                raise EOFError("Chromium has ended")
            self.rest += data
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **arguments):
        self.calls += 1
        asked = {"id": self.calls, "method": method, "params": arguments}
        if self.session:
            asked["sessionId"] = self.session
        data = json.dumps(asked).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        while True:
            answer = self._next()
            if answer.get("id") == self.calls:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.heard.append(answer.get("method"))

    # --- a page ------------------------------------------------------------------------------

    def show(self, path, width, height=900, scheme="light"):
        """Shows a file in a window of some width."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=False)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.heard.clear()
        self.call("Page.navigate", url=f"file://{path}")
        while "Page.loadEventFired" not in self.heard:
            self.heard.append(self._next().get("method"))

    def ask(self, expression):
        """What an expression gives, within the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def picture(self, path, whole=True):
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def printed(self, path):
        """Prints on the paper that the page asks for."""
        done = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        path.write_bytes(base64.b64decode(done["data"]))
