/* Which stream is the document. */
#include "fmp12/roles.h"

#include "tap.h"

/* Streams by their codes, four letters each. */
static void object_fill(struct fmp12_object *object, const char *codes)
{
    *object = (struct fmp12_object){ 0 };
    for (; *codes; codes += 4)
        memcpy(object->streams[object->stream_count++].code, codes, 4);
}

TEST(the_document_is_found_or_nothing_is_guessed)
{
    static const struct {
        const char *codes;
        enum fmp12_state state;
        const char *document;
    } cases[] = {
        { "FILEFNAM", FMP12_PROVEN, "FILE" },         { "FILEFNAMJPEG", FMP12_PROVEN, "FILE" },
        { "FILEPDF TIFF", FMP12_PROVEN, "FILE" },     { "FNAMJPEGSIZE", FMP12_PROVEN, "JPEG" },
        { "DPI_FNAMGIFfSIZE", FMP12_PROVEN, "GIFf" }, { "FNAMJPEGPDF SIZE", FMP12_PROVEN, "PDF " },
        { "GIFfPNGf", FMP12_PROVEN, "PNGf" },         { "FORKPICTSIZE", FMP12_PROVEN, "PICT" },
        { "GLPHSVG ", FMP12_PROVEN, "SVG " },         { "FNAMsnd ", FMP12_PROVEN, "snd " },
        { "FNAMMooV", FMP12_PROVEN, "MooV" },         { "GIFfJPEG", FMP12_AMBIGUOUS, NULL },
        { "PDF TIFF", FMP12_AMBIGUOUS, NULL },        { "FNAMJPEGPDF PNGf", FMP12_AMBIGUOUS, NULL },
        { "JPEGSVG ", FMP12_AMBIGUOUS, NULL },        { "FNAM", FMP12_REFERENCE, NULL },
        { "FNAMSIZE", FMP12_REFERENCE, NULL },        { "", FMP12_REFERENCE, NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct fmp12_object object;
        const struct fmp12_stream *document;

        object_fill(&object, cases[i].codes);
        object.state = fmp12_roles_give(&object);
        document = fmp12_document_of(&object);
        CHECK_AT(i, object.state == cases[i].state);
        CHECK_AT(i, (document == NULL) == (cases[i].document == NULL));
        if (document && cases[i].document)
            CHECK_STR(document->code, cases[i].document);
    }
}

TEST(the_sum_leaves_out_icons)
{
    CHECK(fmp12_code_is_hashed("FILE") && fmp12_code_is_hashed("FNAM"));
    CHECK(!fmp12_code_is_hashed("GLPH"));
}

TEST(candidates_are_counted_in_the_order_of_the_list)
{
    struct fmp12_object object;

    object_fill(&object, "FNAMJPEGPDF PNGf");
    object.state = fmp12_roles_give(&object);
    CHECK_STR(fmp12_candidate_of(&object, 1)->code, "PDF ");
    CHECK_STR(fmp12_candidate_of(&object, 2)->code, "PNGf");
    CHECK(!fmp12_candidate_of(&object, 3) && !fmp12_candidate_of(&object, 0));
    object_fill(&object, "FNAMPDF ");
    object.state = fmp12_roles_give(&object);
    CHECK(!fmp12_candidate_of(&object, 1));
}
