/* Compares the source with the note of the last run: "SIZE WRITTEN SHA256 VERSION". */
#include "preflight/file_known.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "source/local.h"

#define NOTE "source file"

static char *looks_text(const struct source_looks *looks)
{
    char hex[SHA256_HEX_SIZE];

    return mem_printf("%ju %jd %s %s", (uintmax_t)looks->size_bytes, (intmax_t)looks->written_us,
                      sha256_hex(&looks->sha256, hex), looks->version);
}

static bool looks_read(struct span text, struct source_looks *looks_r)
{
    struct span size = span_cut(&text, ' '), written = span_cut(&text, ' ');
    struct span hash = span_cut(&text, ' ');
    struct err ignored;

    *looks_r = (struct source_looks){ 0 };
    (void)snprintf(looks_r->version, sizeof looks_r->version, SPAN_FORMAT, SPAN_ARGS(text));
    return num_u64(size, 0, UINT64_MAX, &looks_r->size_bytes, &ignored)
           && num_i64(written, INT64_MIN, INT64_MAX, &looks_r->written_us, &ignored)
           && hex_read(hash, looks_r->sha256.bytes, SHA256_SIZE);
}

static const char *what_follows(const struct source_looks *before, const struct source_looks *now)
{
    if (sha256_equal(&now->sha256, &before->sha256))
        return "It holds the same: it was only copied";
    if (now->written_us < before->written_us)
        return "It is an older copy: documents that were edited since would be moved again, as "
               "they were then, and "
               "records that were added since would count as gone. If that is not meant, stop, and "
               "set [source] url to "
               "the newer one";
    return "A newer copy of the same is right: what is new or was edited is moved, what is no "
           "longer there counts as "
           "gone, and nothing that was moved is taken away. If it is another, stop, and set "
           "[source] url back";
}

static void change_say(const struct source_looks *before, const struct source_looks *now,
                       struct str *notes)
{
    char then[TIME_TEXT_SIZE], text[TIME_TEXT_SIZE];

    str_printf(notes, "the source is not as it was at the last run: %ju bytes, written %s",
               (uintmax_t)now->size_bytes, time_rfc3339(now->written_us, text));
    if (strcmp(now->version, before->version) != 0)
        str_printf(notes, " by FileMaker %s", now->version);
    str_printf(notes, "; then %ju bytes, written %s", (uintmax_t)before->size_bytes,
               time_rfc3339(before->written_us, then));
    if (strcmp(now->version, before->version) != 0)
        str_printf(notes, " by FileMaker %s", before->version);
    str_printf(notes, ". %s\n", what_follows(before, now));
}

bool file_known_say(struct ledger *ledger, const struct engine_settings *settings,
                    struct str *notes, struct err *err)
{
    auto_free char *text = NULL;
    struct source_looks before, now;

    if (!settings->file)
        return true;
    if (!ledger_note_read(ledger, NOTE, &text, err))
        return false;
    source_file_looks(settings->file, &now);
    if (text && looks_read(span_of(text), &before)
        && (now.written_us != before.written_us || !sha256_equal(&now.sha256, &before.sha256)))
        change_say(&before, &now, notes);
    return true;
}

bool file_known_keep(struct ledger *ledger, const struct engine_settings *settings, struct err *err)
{
    auto_free char *text = NULL;
    struct source_looks now;

    if (!settings->file)
        return true;
    source_file_looks(settings->file, &now);
    text = looks_text(&now);
    return ledger_note_write(ledger, NOTE, text, err);
}
