"""The file tests/unit/fmp12/small.fmp12, whole: something of everything, with three levels of index above few leaves."""

from fmp12_writer import Fmp12, leads_to


def small():
    file = Fmp12(fanout=2, leaf=2600)
    file.table(129, "Documents", {1: ("Title", "text"), 2: ("File", "container"), 3: ("Outside", "container", "external"),
                                  200: ("Number", "number")})
    file.table(130, "患者", {1: ("名前", "text"), 2: ("印", "container", "global")}, is_long=True)
    for at, size in enumerate([0, 1, 999, 1000, 1001, 4000, 9000]):
        file.put_object(129, at + 1, {"FILE": bytes((at + 7 * one) % 251 for one in range(size))}, name=f"{size}.bin")
        file.record(129, at * 3000 + 1, {1: f"Grüße, Nr. {at}", (1, 2): "again", 2: leads_to(at + 1), 200: "25abc"},
                    changes=200)
    file.put_object(129, 300, {"JPEG": b"\xff\xd8a preview", "PDF ": b"%PDF-1.4 the original"}, name="scan.pdf",
                    kind="image", folder="\ue000Macintosh HD\ue000scans\ue000", references=2)
    file.put_object(129, 301, {"PDF ": b"%PDF-1.4 one", "TIFF": b"II*\0 other", "GLPH": b"icon"}, name="both")
    file.put_object(129, 302, {}, name="away.doc", folder="\ue000Server\ue000")
    file.put_object(129, 303, {"FILE": b"these bytes rotted"}, name="broken.txt", md5=bytes(16))
    file.put_object(129, 304, {"FILE": b"nobody leads here"}, name="left.txt", references=0)
    file.put([129, 31, 5, 0, 18], b"\0\0\0\7")
    for record, leads in ((20001, 300), (20002, 300), (20003, 301), (20004, 302), (20005, 303), (20006, 999)):
        file.record(129, record, {1: "x" * 1500 if record == 20001 else "y", 2: leads_to(leads)})
    file.record(129, 20007, {2: "typed into it", 3: "remote:cat.jpg\rsize:1,2\rJPEG:Images/cat.jpg"})
    file.put_object(130, 1, {"FILE": b"a seal"}, name="印.png")
    file.put_global(130, 2, leads_to(1))
    file.record(130, 1, {1: "田中😀"})
    return file
