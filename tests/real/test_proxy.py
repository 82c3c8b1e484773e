#!/usr/bin/python3
"""
A proxy that nobody here wrote (tinyproxy) stands between fmferry and FileMaker Server: documents pass through
its tunnel, and each of its refusals has its own words. Its password is in no argument, log or output.
"""

import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import ports  # noqa: E402
from harness import Bench, main, need_programs, wait_until  # noqa: E402
from servers import Daemons, lacks  # noqa: E402

PASSWORD = "Prox9-sesame"


class Tinyproxy:
    """One tinyproxy with rules of its own, as a context."""

    def __init__(self, *rules):
        self.rules = rules

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="fmferry-proxy-")
        self.daemons = Daemons(self.folder.name)
        self.port = ports.free_ports(1)[0]
        conf = pathlib.Path(self.folder.name) / "proxy.conf"
        conf.write_text("\n".join((f"Port {self.port}", "Listen 127.0.0.1", "Timeout 60", "MaxClients 50",
                                   "LogLevel Connect", *self.rules)) + "\n")
        self.log = self.daemons.logs / "proxy.out"
        self.daemons.start("proxy", "tinyproxy", "-d", "-c", conf)
        if not wait_until(lambda: not ports.is_free(self.port)):
            raise RuntimeError(f"tinyproxy did not start: {self.log.read_text()}")
        return self

    def __exit__(self, *_):
        self.daemons.kill("proxy")
        self.folder.cleanup()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def tunnels(self):
        return len(re.findall(r"CONNECT ", self.log.read_text()))


def passes(tap, bench, serves):
    with Tinyproxy(f"ConnectPort {serves}") as proxy:
        bench.configure(source={"proxy": proxy.url})
        done = bench.ferry("check")
        tap.ok(done.code == 0 and f"by the proxy 127.0.0.1:{proxy.port}" in done.out,
               "check passes through the proxy, and says so", done.out + done.err)
        done = bench.ferry("run")
        tap.same((done.code, bench.status()["states"]["done"]), (0, 20), "all documents pass through the tunnel")
        tap.ok(proxy.tunnels() >= 2, "the proxy saw tunnels", proxy.log.read_text()[-500:])


def refuses(tap, bench, name, rules, words, more=None):
    with Tinyproxy(*rules) as proxy:
        bench.configure(source={"proxy": proxy.url, **(more or {})})
        done = bench.ferry("check")
        said = done.out + done.err
        tap.ok(done.code != 0 and all(word in said for word in words), f"{name}: it is said what to do", said[-900:])
        bench.configure(source={"proxy": None, **{key: None for key in more or {}}})


def with_password(tap, bench, serves):
    rules = (f"ConnectPort {serves}", f"BasicAuth ferry {PASSWORD}")
    refuses(tap, bench, "no password", rules, ("407", "proxy_user", "proxy_password_file"))
    secret = bench.folder / "proxy.password"
    secret.write_text(PASSWORD + "\n")
    secret.chmod(0o600)
    with Tinyproxy(*rules) as proxy:
        bench.configure(source={"proxy": proxy.url, "proxy_user": "ferry", "proxy_password_file": str(secret)})
        done = bench.ferry("-v", "check")
        tap.ok(done.code == 0, "with the password the proxy lets us through", (done.out + done.err)[-900:])
        told = done.out + done.err + "".join(path.read_text(errors="replace")
                                             for path in (bench.folder / "logs").iterdir())
        tap.ok(PASSWORD not in told, "the password is in no argument, log or output")
        bench.configure(source={"proxy": None, "proxy_user": None, "proxy_password_file": None})


def away(tap, bench):
    port = ports.free_ports(1)[0]
    bench.configure(source={"proxy": f"http://127.0.0.1:{port}"})
    done = bench.ferry("check")
    tap.ok(done.code != 0 and f"the proxy 127.0.0.1:{port} is not reached" in done.out + done.err,
           "a proxy that is away is named", (done.out + done.err)[-900:])
    bench.configure(source={"proxy": None})


def test(tap):
    if not need_programs(tap):
        return
    if lacks("tinyproxy"):
        tap.skip("a real proxy", "tinyproxy is not installed")
        return
    with Bench(tap, "proxy") as bench:
        bench.serve("generate:20,2K")
        serves = re.search(r":(\d+)", bench.ready["url"].split("//")[1]).group(1)
        refuses(tap, bench, "a port that is not allowed", ("ConnectPort 1",), ("403", "does not allow"))
        with_password(tap, bench, serves)
        away(tap, bench)
        passes(tap, bench, serves)
        bench.stop_serving()
        bench.check("the checker agrees", exit_code=0)


main(test)
