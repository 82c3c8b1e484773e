"""
Counts that do not depend on the machine, nor on what else it does: instructions (callgrind),
system calls (strace), page faults, commits, connections, bytes in the ledger. What is asked of one
document is the slope between a short run and a longer one, so that what a run costs once does not
count.
"""

import collections
import contextlib
import pathlib
import re
import shutil
import sqlite3

import rig

SHORT, LONG = 100, 400

# Calls that wait for time, threads or bytes, or serve the allocator.
MOVED_BY_LOAD = {"futex", "poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait", "nanosleep",
                 "clock_nanosleep", "restart_syscall", "sched_yield", "recvfrom", "recvmsg", "read",
                 "rt_sigtimedwait", "mmap", "munmap", "mremap", "mprotect", "madvise", "brk"}


class Counted:
    """Two runs of different length, each over documents of its own."""

    def __init__(self, build, folder, size, workers, tls=False, into_s3=False):
        self.build, self.folder, self.size = build, folder, size
        self.workers, self.tls, self.into_s3 = workers, tls, into_s3

    @contextlib.contextmanager
    def _store(self, folder):
        """(settings, secrets) of the S3 that forgets; (None, {}) where documents go into a folder."""
        if not self.into_s3:
            yield None, {}
            return
        with rig.null_store(self.build, folder, tls=self.tls) as store:
            store.setdefault("ca_file", folder / "certs" / "ca.pem")
            yield rig.s3_settings(store), rig.s3_secrets(store)

    def _run(self, count, *before):
        """`before` may contain {} for the file where the tool writes."""
        folder = self.folder / f"{self.workers}-{self.size}-{count}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        report = folder / "report"
        with rig.filemaker(self.build, folder, f"generate:{count},{self.size}",
                           tls=self.tls) as source, self._store(folder) as (store, secrets):
            rig.configure(folder, source, self.workers, store)
            done = rig.ferry(self.build, folder, "run",
                             before=[word.format(report) for word in before], good=(0,), **secrets)
        if rig.done_of(done.out) != count:
            raise RuntimeError(f"not all of {count} documents were moved:\n{done.out}")
        return folder, report, done

    def instructions(self):
        """Instructions for one more document, of all threads but the first, which only watches the time."""
        totals = []
        for count in (SHORT, LONG):
            _, report, _ = self._run(count, "valgrind", "--tool=callgrind", "--separate-threads=yes",
                                     "--callgrind-out-file={}")
            totals.append(sum(instructions_of(path) for path in report.parent.glob(f"{report.name}-*")
                              if not path.name.endswith("-01")))
        return (totals[1] - totals[0]) / (LONG - SHORT)

    def system_calls(self):
        """
        The calls for one more document that other load cannot move. How many steps share a commit depends on
        load, so the writer's calls are told for one commit: {"workers": calls of all other threads,
        "commits": the writer's commits, "commit": its calls for one, "connect": new connections}.
        """
        totals = []
        for count in (SHORT, LONG):
            _, report, _ = self._run(count, *traced("{}", "--seccomp-bpf", "-e",
                                                    "trace=!" + ",".join(sorted(MOVED_BY_LOAD))))
            totals.append(calls_of(report))
        one = {name: (totals[1][name] - totals[0][name]) / (LONG - SHORT) for name in totals[0]}
        return {"workers": one["workers"], "commits": one["commits"], "connect": one["connect"],
                "commit": one["writer"] / one["commits"]}

    def plain(self, count=LONG):
        """A run as it is: the ledger's bytes for a document, peak memory."""
        folder, _, done = self._run(count)
        return {"ledger_bytes": ledger_bytes(folder / "fmferry.db") / count,
                "peak_mib": done.peak_mib}

    def page_faults(self, short, long):
        """Page faults for one more document; the short run must already use all its memory."""
        few, many = (self._run(count)[2].page_faults for count in (short, long))
        return (many - few) / (long - short)


def instructions_of(path):
    """What callgrind counted in a thread."""
    found = re.search(r"^(?:totals|summary): (\d+)", path.read_text(), re.M)
    return int(found.group(1)) if found else 0


def traced(report, *only):
    """strace before a program, for calls_of(): a line for each call of all threads."""
    return "strace", "-f", "-qq", "-e", "signal=none", "-s", "0", *only, "-o", report


def calls_of(report):
    """Sums of what traced() wrote. The writer is the thread that commits."""
    threads = collections.defaultdict(collections.Counter)
    for line in pathlib.Path(report).read_text().splitlines():
        call = re.match(r"(\d+) +(\w+)\(", line)
        if call:
            threads[call[1]][call[2]] += 1
    writer = max(threads.values(), key=lambda calls: calls["fdatasync"], default={"fdatasync": 0})
    if writer["fdatasync"] == 0:
        raise RuntimeError(f"strace saw no commit among the calls of {len(threads)} threads: it must be allowed to "
                           f"trace here (in a container: --cap-add SYS_PTRACE), and write a line for each call")
    calls = sum(threads.values(), collections.Counter())
    return {"writer": writer.total(), "workers": calls.total() - writer.total(),
            "commits": writer["fdatasync"], "connect": calls["connect"]}


def ledger_bytes(database):
    """What the ledger's own tables and indexes take, without the application's."""
    with contextlib.closing(sqlite3.connect(database)) as sql:
        sql.execute("pragma wal_checkpoint(truncate)")
        pages, = sql.execute(
            "select sum(pgsize) from dbstat('main', 1) where name in (select name from sqlite_master"
            " where tbl_name like 'fmferry\\_%' escape '\\')").fetchone()
    return pages
