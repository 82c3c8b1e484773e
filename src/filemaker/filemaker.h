/*
 * A client of the FileMaker Data API: one session, used by one thread, one request at a time (the
 * server queues requests of one token anyway). Logs in when first needed and again when the server
 * has forgotten the session; always logs out.
 *
 * A call that only reads is repeated a few times if its failure passes by itself. A call that
 * writes is sent once.
 *
 * Errors:
 *   ERR_REMOTE   an answer that says no, with FileMaker's number in `reason` (0: the web server
 *                answered, or the answer was not JSON) and the HTTP status in `code`; see
 *                filemaker/errors.h
 *   ERR_UNSURE   a write may have happened
 *   ERR_NET, ERR_DATA, ERR_USAGE, ERR_CANCELED as usual
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"
#include "filemaker/errors.h"
#include "filemaker/gate.h"
#include "http/route.h"
#include "json/json.h"

struct claris;
struct filemaker;

/* By what a server lets us in. */
enum filemaker_login {
    FILEMAKER_BY_ACCOUNT, /* account and password: a session                            */
    FILEMAKER_BY_OTTO,    /* a key of OttoFMS before the server: no sessions of ours    */
    FILEMAKER_BY_CLARIS,  /* a Claris ID, which opens FileMaker Cloud: a session by it  */
};

struct filemaker_settings {
    const char *url;      /* "https://fms.example.com"; a path after it is an error */
    const char *database; /* exactly as hosted: the case counts                     */
    const char *account;
    const struct secret *password; /* with OttoFMS, the key "dk_..."; with Claris ID, NULL   */
    int login;                     /* enum filemaker_login                                   */
    struct claris *claris;         /* shared by the clients of a source; NULL: another login */
    bool is_odata;                 /* source/source.h reads tables by OData, not layouts     */
    const char *container;         /* the one that OData looks into, or all of a FileMaker   */
                                   /* file, as [source] container_field; NULL: none          */
    const char *ca_file;           /* NULL: the system's certificates */
    struct http_route route;
    int64_t first_wait_us;  /* before a second try, then twice as long each time; 0: 250 ms */
    struct gate *gate;      /* shared by the clients of a source; NULL: none */
    uint64_t largest_bytes; /* of a container's file: reading a longer one fails; 0: any size */
    bool fails_when_full;   /* if the server has no place for a session; false: waits for one */
};

/*
 * Makes a client; nothing is sent yet.
 *   settings       copied; texts and password must outlive the client
 *   filemaker_r    caller frees with filemaker_free()
 * Fails with ERR_USAGE (the URL).
 */
must_check bool filemaker_new(const struct filemaker_settings *settings,
                              const struct cancel *cancel, struct filemaker **filemaker_r,
                              struct err *err);

/* Logs out, in a few seconds at most and even after a request to stop. NULL is allowed. */
void filemaker_free(struct filemaker *filemaker);
void auto_filemaker_cleanup(struct filemaker **filemaker);
#define auto_filemaker __attribute__((cleanup(auto_filemaker_cleanup))) struct filemaker

/* The proxy by which the last answer came, "HOST:PORT", or nothing; until the next request. */
struct span filemaker_proxy(const struct filemaker *filemaker);

/* Logs in if there is no session yet. */
must_check bool filemaker_log_in(struct filemaker *filemaker, struct err *err);

/* Ends the session, so that its place on the server is free; the next call logs in again. */
void filemaker_log_out(struct filemaker *filemaker);

/* --- the server and its layouts ------------------------------------------------------------- */

struct filemaker_product {
    char name[64], version[32]; /* version may be empty: newer servers do not tell it */
    char date_format[32], stamp_format[48];
};

/* Asks for the product; needs no login: the cheapest proof that the server is there. */
must_check bool filemaker_product(struct filemaker *filemaker, struct filemaker_product *product_r,
                                  struct err *err);

struct filemaker_field {
    char *name;
    char *type;   /* "normal", "calculation", "summary", "invalid"                   */
    char *result; /* "text", "number", "date", "time", "timeStamp", "container", ... */
    bool global;
    bool auto_enter;            /* FileMaker fills it by itself, when a record is made or edited */
    bool not_empty;             /* it may not be emptied                                         */
    bool digits_only;           /* a text that may hold only a number                            */
    uint64_t characters_max;    /* 0: any number                                                 */
    unsigned repetitions;       /* as the field is defined                                       */
    unsigned repetitions_shown; /* on this layout                                                */
};

struct filemaker_layout {
    struct filemaker_field *fields;
    size_t count;
    size_t portals;
};

/*
 * Reads the fields of a layout.
 *   layout_r   caller clears with filemaker_layout_clear() (or auto_layout)
 */
must_check bool filemaker_layout(struct filemaker *filemaker, const char *layout,
                                 struct filemaker_layout *layout_r, struct err *err);
void filemaker_layout_clear(struct filemaker_layout *layout);
#define auto_layout __attribute__((cleanup(filemaker_layout_clear))) struct filemaker_layout

/* The field of that name, or NULL. */
const struct filemaker_field *filemaker_field(const struct filemaker_layout *layout,
                                              const char *name);

/*
 * Whether a field is of type date or timestamp. FileMaker writes these in one form, month first,
 * whereas a text field may hold a date in any form.
 */
bool filemaker_is_moment(const struct filemaker_field *field);

/* --- records -------------------------------------------------------------------------------- */

/* A record inside an answer; borrowed from it. */
struct filemaker_record {
    uint64_t record_id, mod_id;
    const struct json_value *fields; /* fieldData, as it came                         */
    int64_t asked_us;                /* when it was asked for; the record is no older */
};

/* Some records, in the order of the server. */
struct filemaker_page {
    struct str text; /* the answer as it came: everything below points into it */
    struct json *json;
    uint64_t total, found; /* totalRecordCount, foundCount; UINT64_MAX if the server is silent */
    struct filemaker_record *records;
    size_t count;
    uint64_t place, asked; /* set by a pager: where it begins, from 1; how many were asked for */
};

/* The record of that id, or NULL. */
const struct filemaker_record *filemaker_page_record(const struct filemaker_page *page,
                                                     uint64_t record_id);

void filemaker_page_clear(struct filemaker_page *page);
#define auto_page __attribute__((cleanup(filemaker_page_clear))) struct filemaker_page

/*
 * Reads a range of records in their original order.
 *   offset   from 1
 *   limit    1 .. 10 000
 *   page_r   caller clears with filemaker_page_clear() (or auto_page); an offset beyond the last
 *            record gives no records, whichever way the server says so
 */
must_check bool filemaker_records(struct filemaker *filemaker, const char *layout, uint64_t offset,
                                  uint64_t limit, struct filemaker_page *page_r, struct err *err);

/* Reads one record. Fails with ERR_REMOTE, FILEMAKER_RECORD_MISSING, if it does not exist. */
must_check bool filemaker_record(struct filemaker *filemaker, const char *layout,
                                 uint64_t record_id, struct filemaker_page *page_r,
                                 struct err *err);

/*
 * Finds records.
 *   query_json   the array of requests: [{"Type":"==Letter"}]
 *   sort_json    the array of sort orders, or NULL
 *   page_r       as above; no match gives no records
 */
must_check bool filemaker_find(struct filemaker *filemaker, const char *layout,
                               const char *query_json, const char *sort_json, uint64_t offset,
                               uint64_t limit, struct filemaker_page *page_r, struct err *err);

/*
 * Whether a value can be looked for as it stands: letters, digits, '-' and '_', and not so many of
 * them that an index would cut it off. Anything else may be an operator in a find (reference: "Find
 * operators").
 */
bool filemaker_can_find(struct span value);

/*
 * Finds the records that have one of these values in a field: several at once, in any order. An
 * index may take other spellings for the same, and miss a record: the caller looks at each.
 *   values   each as filemaker_can_find() allows
 *   page_r   as above
 */
must_check bool filemaker_find_any(struct filemaker *filemaker, const char *layout,
                                   const char *field, const struct span *values, size_t count,
                                   struct filemaker_page *page_r, struct err *err);

/* How often this client has logged in: a container's URL belongs to the session that read it. */
uint64_t filemaker_logins(const struct filemaker *filemaker);

/*
 * The value of a field: its text, or a number's token.
 *   name   as on the layout; the first repetition of a repeating field may be "Scan" or "Scan(1)"
 * NULL if the record has no such field.
 */
const struct json_value *filemaker_value(const struct filemaker_record *record, const char *name);

/* The text of filemaker_value(); SPAN_NONE if there is none. */
struct span filemaker_text(const struct filemaker_record *record, const char *name);

/* What a field is to hold. */
struct filemaker_entry {
    const char *field;
    struct span value;
};

/* One write to a record: all of its entries or none. Borrowed. */
struct filemaker_write {
    const char *layout;
    uint64_t record_id, mod_id;
    const struct filemaker_entry *entries; /* the first names the write in messages */
    size_t count;                          /* at least 1 */
};

/*
 * Writes fields, if the record still has this modification id.
 *   mod_id_r   the record's modification id afterwards
 * Fails with ERR_REMOTE (FILEMAKER_MOD_ID, FILEMAKER_IN_USE, ...: not written), ERR_NET (not
 * written), ERR_UNSURE (perhaps written).
 */
must_check bool filemaker_set(struct filemaker *filemaker, const struct filemaker_write *write,
                              uint64_t *mod_id_r, struct err *err);

/* --- containers ----------------------------------------------------------------------------- */

/* The kinds of value that a container field may have. */
enum filemaker_content {
    FILEMAKER_EMPTY,
    FILEMAKER_STREAM,    /* a URL that gives the bytes  */
    FILEMAKER_REFERENCE, /* only the path of a file     */
    FILEMAKER_NO_ACCESS, /* this account may not see it */
    FILEMAKER_UNKNOWN,   /* none of these               */
};

enum filemaker_content filemaker_content(struct span value);

/* How the file is stored, by its URL: "embedded", "secure", "open"; "other" if unknown. */
const char *filemaker_storage(struct span value);

/* The extension in the URL, without the dot; SPAN_NONE if it has none. */
struct span filemaker_extension(struct span value);

struct filemaker_stream;

/*
 * Opens the contents of a container.
 *   value      the field's value, a FILEMAKER_STREAM, from a record read in this session
 *   stream_r   caller closes with filemaker_stream_close() (or auto_stream) before the next call
 * The URL's host is not believed: the bytes come from the API's own. Redirects stay there.
 * Fails with ERR_REMOTE (code: the HTTP status; a redirect without a cookie is 302: the URL is
 * stale), ERR_DATA (no such URL), ERR_NET, ERR_CANCELED. Not repeated here.
 */
must_check bool filemaker_stream_open(struct filemaker *filemaker, struct span value,
                                      struct filemaker_stream **stream_r, struct err *err);
/*
 * Opens the contents of a container by OData, as a stream.
 *   table   the table occurrence
 *   key     the record's primary key in it
 * Fails as filemaker_stream_open().
 */
must_check bool filemaker_odata_open(struct filemaker *filemaker, const char *table,
                                     struct span key, const char *field,
                                     struct filemaker_stream **stream_r, struct err *err);

/*
 * Asks OData for a row of a table occurrence, to learn that it is there and may be read.
 * Fails with ERR_REMOTE (code: the HTTP status), ERR_NET, ERR_CANCELED.
 */
must_check bool filemaker_odata_table(struct filemaker *filemaker, const char *table,
                                      struct err *err);

/*
 * Runs a script of the solution that gives the contents of a container as Base64.
 *   param   the script's parameter: the document's id
 *   to      gets the bytes; its cap bounds them
 * Fails with ERR_REMOTE, ERR_NET, ERR_DATA (the script failed, or gave no Base64), ERR_CANCELED.
 */
must_check bool filemaker_script_bytes(struct filemaker *filemaker, const char *layout,
                                       const char *script, struct span param, struct str *to,
                                       struct err *err);

void filemaker_stream_close(struct filemaker_stream *stream); /* NULL is allowed */
void auto_stream_cleanup(struct filemaker_stream **stream);
#define auto_stream __attribute__((cleanup(auto_stream_cleanup))) struct filemaker_stream

/* The announced size, or -1; the announced kind and file name, or NULL. */
int64_t filemaker_stream_length(const struct filemaker_stream *stream);
const char *filemaker_stream_media(const struct filemaker_stream *stream);
const char *filemaker_stream_disposition(const struct filemaker_stream *stream);

/*
 * Reads the next bytes; 0: complete. Fails with ERR_NET (code HTTP_SHORT: cut), ERR_DATA
 * (HTTP_TOO_LONG: larger than a file may be), ERR_CANCELED.
 */
must_check bool filemaker_stream_read(struct filemaker_stream *stream, void *bytes, size_t room,
                                      size_t *size_r, struct err *err);
