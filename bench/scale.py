"""Ledgers of any size, made directly, and what the program does with them."""

import json
import shutil

import rig


def one(build, folder, rows, url=None):
    """A ledger of so many documents; {"resume": {"wall_us", "cpu_us", "peak_kib"}, ...}."""
    place = folder / f"ledger-{rows}"
    place.mkdir()
    url = url or f"sqlite:{place / 'ledger.db'}"
    tool = [build / "bench" / "ledger_bench", "--ledger", url, "--rows", rows]
    rig.measure([*tool, "--make"], place, "make")
    figures = json.loads(rig.measure(tool, place, "measure").out)
    (place / "fmferry.ini").write_text(f"[source]\nname = bench\npassword_env = FMP\n"
                                       f"[ledger]\nurl = {url}\n[registry]\nurl = {url}\n")
    status = rig.ferry(build, place, "status", "--json")
    shutil.rmtree(place)
    return {"rows": rows, **figures, "status": {"wall_us": status.wall_s * 1e6,
                                                "cpu_us": status.cpu_s * 1e6,
                                                "peak_kib": status.peak_mib * 1024}}


def run(build, folder, sizes, url=None):
    """Prints a table and returns its lines. Microseconds are of wall time and of CPU."""
    print(f"{'rows':>9}  {'resume ms':>16}  {'status ms':>16}  {'census new us':>16}  "
          f"{'known us':>16}  {'move us':>16}  {'peak MiB':>8}")
    lines = []
    for rows in sizes:
        line = one(build, folder, rows, url)
        lines.append(line)

        def both(step, unit=1):
            return f"{line[step]['wall_us'] / unit:.1f} / {line[step]['cpu_us'] / unit:.1f}"
        print(f"{rows:9}  {both('resume', 1000):>16}  {both('status', 1000):>16}  "
              f"{both('census_new'):>16}  {both('census_known'):>16}  {both('move'):>16}  "
              f"{line['move']['peak_kib'] / 1024:8.1f}", flush=True)
    return lines
