"""Documents with words, for the tests of the search."""

import io
import zipfile


def docx(text):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document xmlns:w='w'><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:document>")
    return data.getvalue()


def pdf(*pages):
    """A PDF with a line of text for each page, in WinAnsiEncoding."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>",
               b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), b" ".join(b"%d 0 R" % (4 + 2 * i) for i in range(len(pages)))),
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"]
    for i, text in enumerate(pages):
        drawn = b"BT /F 12 Tf 20 100 Td (%s) Tj ET" % text.encode("cp1252")
        objects += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 200]/Contents %d 0 R/Resources<</Font<</F 3 0 R>>>>>>" % (5 + 2 * i),
                    b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn)]
    return b"%PDF-1.4\n" + b"".join(b"%d 0 obj%s endobj\n" % (i + 1, body) for i, body in enumerate(objects)) \
        + b"trailer<</Root 1 0 R>>\n"


LETTERS = {
    "a-letter.pdf": pdf("Dear Dr. M\u00fcller,", "new orthopaedic footwear was fitted", "Yours <b>sincerely</b> & co"),
    "b-report.pdf": pdf("The knee was examined; orthopaedic advice given"),
    "c-broken.pdf": b"%PDF-1.4 and nothing that follows from it",
}
