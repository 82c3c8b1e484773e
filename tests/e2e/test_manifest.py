#!/usr/bin/python3
"""
A whole migration from a manifest and its files: `[source] url = manifest:PATH`. Each line has its file and each file its line,
or nothing moves; bytes of another size or MD5 than the manifest says are refused.
"""

import hashlib
import os
import sys
import uuid

sys.dont_write_bytecode = True

from harness import Bench, main, need_programs

HEADER = "table,record_id,mod_id,field,repetition,original_name,size,md5,storage_type,relative_path,id,Type,Date,id_Contact\n"


def identity(n):
    return str(uuid.UUID(int=(0x1234 << 112) | (4 << 76) | (8 << 62) | n)).upper()


def body(n):
    return b"%PDF-1.4 " + bytes((n + at) % 251 for at in range(1000 * n))


def line(n, data, path=None):
    return (f'Letters,{n * 700},{n},Doc,1,"Brief, ""Müller""\r\n{n}.pdf",{len(data)},{hashlib.md5(data).hexdigest().upper()},'
            f"Embedded,{path or f'files/{n * 700}_1.bin'},{identity(n)},Letter,2019-03-02,{identity(1000)}\n")


def export(bench, count=5, lines=None, end=None, encode="utf-8"):
    folder = bench.folder / "export"
    (folder / "files").mkdir(parents=True, exist_ok=True)
    for n in range(1, count + 1):
        (folder / "files" / f"{n * 700}_1.bin").write_bytes(body(n))
    lines = lines or [line(n, body(n)) for n in range(1, count + 1)]
    text = HEADER + "".join(lines) + (f"#end,{len(lines)}\n" if end is None else end)
    (folder / "manifest.csv").write_bytes(text.encode(encode))
    bench.configure(source={"url": f"manifest:{folder / 'manifest.csv'}", "database": "Clinic", "layout": "Letters",
                            "ca_file": None, "password_env": None, "date_format": "iso", "author_field": "", "created_field": "",
                            "name_field": ""}, patients={"layout": ""})
    return folder


def stored(bench):
    return sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in bench.store.rglob("*") if path.is_file())


def moves_all(tap, bench):
    export(bench, encode="utf-8-sig")
    wanted = sorted(hashlib.sha256(body(n)).hexdigest() for n in range(1, 6))
    bench.ferry("init", "--key")
    checked = bench.ferry("check")
    tap.ok("a manifest of 5 files" in checked.out and "byte order mark" in checked.out, "check says what it holds", checked.out, checked.err)
    bench.ferry("run", "--limit", 2)
    program = bench.start("run")
    program.kill()
    ran = bench.ferry("run")
    tap.ok(ran.code == 0, "a run that was killed goes on", ran.out[-900:], ran.err[-900:])
    tap.same(stored(bench), wanted, "each document with its bytes, once")
    tap.same(bench.sql("select count(*) from fmferry_witness"), [(5,)], "each has the manifest's MD5")
    seen = bench.ferry("verify", "--deep", "--certificate", bench.folder / "certificate.jsonl")
    tap.ok(seen.code == 0, "verify --deep agrees", seen.out[-1500:], seen.err[-900:])
    tap.ok("at the last run" not in ran.err, "a list that stayed the same is not spoken of", ran.err)
    export(bench, count=6)
    os.utime(bench.folder / "export" / "manifest.csv", (4_000_000_000, 4_000_000_000))
    ran = bench.ferry("run")
    tap.ok(ran.code == 0 and "A newer copy of the same is right" in " ".join(ran.err.split()), "of a longer list it is said what follows", ran.err)
    tap.same(len(stored(bench)), len(wanted) + 1, "what is new is moved")


def bad_bytes_stay(tap, bench):
    folder = export(bench)
    (folder / "files" / "700_1.bin").write_bytes(b"%PDF-1.4 x" + body(1)[10:])
    (folder / "files" / "1400_1.bin").write_bytes(body(2) + b"more")
    (folder / "files" / "2100_1.bin").write_bytes(body(3)[:-1])
    ran = bench.ferry("run")
    tap.same(ran.code, 3, "something is left")
    tap.same(len(stored(bench)), 2, "only what agrees was put")
    tap.same(bench.sql("select record_id, class from fmferry_document where state = 'failed' order by record_id"),
             [(700, "container-differs"), (1400, "container-longer"), (2100, "container-truncated")], "each with its class")


def refuses(tap, bench):
    lines = [line(n, body(n)) for n in range(1, 6)]
    for what, words, more in (
            ("cut short", "cut short", {"end": ""}), ("a wrong count", "#end says 6", {"end": "#end,6\n"}),
            ("Latin-1", "not UTF-8", {"encode": "latin-1"}), ("a line without a file", "line 12", {"lines": [*lines, line(6, body(6))]}),
            ("an orphan", "1 files beneath", {"lines": lines[:4]}), ("a line twice", "same container", {"lines": [*lines, lines[0]]}),
            ("a file twice", "name the same file", {"lines": [*lines, line(6, body(5), "files/3500_1.bin")]}),
            ("a record that was edited meanwhile", "say different things",
             {"lines": [*lines[:4], line(5, body(5)), line(5, body(6), "files/4200_1.bin").replace(",5,Doc,", ",6,Scan,")], "count": 6}),
            ("a path that leaves", "relative_path", {"lines": [*lines[:4], line(5, body(5), "../x.bin")]})):
        export(bench, **more)
        ran = bench.ferry("run")
        tap.ok(ran.code in (1, 2) and words in ran.err and not bench.store.exists(), f"{what}: refused, nothing written",
               ran.code, ran.err)
    folder = export(bench)
    (folder / "files" / "700_1.bin").rename(bench.folder / "away.bin")
    (folder / "files" / "700_1.bin").symlink_to(bench.folder / "away.bin")
    ran = bench.ferry("run")
    tap.ok(ran.code in (1, 2) and "link" in ran.err and not bench.store.exists(), "a link: refused", ran.code, ran.err)


def test(tap):
    if not need_programs(tap):
        return
    for story in (moves_all, bad_bytes_stay, refuses):
        with Bench(tap, "manifest-" + story.__name__.replace("_", "-")) as bench:
            story(tap, bench)


if __name__ == "__main__":
    main(test)
