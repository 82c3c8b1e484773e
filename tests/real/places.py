"""Where ledger and registry may stand: an SQLite file or a PostgreSQL server, asked alike."""

import contextlib
import pathlib
import shutil
import sqlite3
import tempfile

import postgres


class Sqlite:
    """A file, in the manner of postgres.Postgres."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fmferry-sqlite-"))
        self.path = self.folder / "place.db"
        self.url = f"sqlite:{self.path}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self):
        return sqlite3.connect(self.path, timeout=300)

    def ask(self, statement):
        with contextlib.closing(self.connect()) as link, link:
            return link.execute(statement).fetchall()

    def script(self, statements):
        with contextlib.closing(self.connect()) as link, link:
            link.executescript(statements)

    def empty(self):
        for path in self.folder.iterdir():
            path.unlink()

    def copy(self, path):
        pathlib.Path(path).unlink(missing_ok=True)
        with contextlib.closing(self.connect()) as link, \
                contextlib.closing(sqlite3.connect(path)) as to:
            link.backup(to)


class Server(postgres.Postgres):
    def script(self, statements):
        self.ask(statements)


def join(copies, to):
    """Ledger and registry that stand apart, as one file for the checker."""
    pathlib.Path(to).unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(to)) as whole, whole:
        for number, path in enumerate(copies):
            whole.execute(f"attach '{path}' as part{number}")
            have = {name for (name,) in whole.execute("select name from sqlite_master")}
            for (table,) in whole.execute(
                    f"select name from part{number}.sqlite_master where type = 'table'"
                    " and name not like 'sqlite_%'").fetchall():
                if table not in have:
                    whole.execute(f'create table "{table}" as select * from part{number}."{table}"')
            whole.commit()
            whole.execute(f"detach part{number}")


def each(tap, story, *kinds):
    """Runs a story on every kind of place that this machine has; missing kinds are reported."""
    for kind in kinds or (Sqlite, Server):
        missing = postgres.lacks() if kind is Server else ""
        if missing:
            tap.skip(f"{story.__name__} on PostgreSQL", missing)
            continue
        with kind() as place:
            story(tap, place, "SQLite" if kind is Sqlite else "PostgreSQL")
