/*
 * The table of error numbers, by ranges. The meanings are Claris's own words, shortened; the advice
 * comes from exporters' experience with each.
 */
#include "filemaker/errors.h"

#include "http/http.h"

static const struct {
    int first, last;
    enum filemaker_advice advice;
    const char *meaning;
} codes[] = {
    { -1, -1, FILEMAKER_REPEAT, "Unknown error" },
    { 1, 1, FILEMAKER_ONE_ITEM, "User canceled action" },
    { 2, 2, FILEMAKER_REPEAT, "Memory error" },
    { 3, 5, FILEMAKER_STOP, "Command is unavailable, unknown or invalid" },
    { 6, 6, FILEMAKER_STOP, "File is read-only" },
    { 7, 7, FILEMAKER_REPEAT, "Running out of memory" },
    { 8, 8, FILEMAKER_ONE_ITEM, "Empty result" },
    { 9, 9, FILEMAKER_ONE_ITEM, "Insufficient privileges" },
    { 10, 10, FILEMAKER_LOG_IN, "Requested data is missing" },
    { 11, 12, FILEMAKER_STOP, "Name is not valid or exists already" },
    { 13, 13, FILEMAKER_REPEAT, "File or object is in use" },
    { 14, 15, FILEMAKER_ONE_ITEM, "Out of range" },
    { 16, 16, FILEMAKER_REPEAT, "Operation failed; request retry" },
    { 17, 17, FILEMAKER_ONE_ITEM, "Attempt to convert text to a character set failed" },
    { 18, 18, FILEMAKER_STOP, "Client must provide account information to proceed" },
    { 20, 20, FILEMAKER_ONE_ITEM, "Command or operation canceled by triggered script" },
    { 21, 21, FILEMAKER_STOP, "Request not supported" },
    { 100, 100, FILEMAKER_STOP, "File is missing" },
    { 101, 101, FILEMAKER_ONE_ITEM, "Record is missing" },
    { 102, 102, FILEMAKER_STOP, "Field is missing" },
    { 103, 103, FILEMAKER_STOP, "Relationship is missing" },
    { 104, 104, FILEMAKER_STOP, "Script is missing" },
    { 105, 105, FILEMAKER_STOP, "Layout is missing" },
    { 106, 106, FILEMAKER_STOP, "Table is missing" },
    { 107, 107, FILEMAKER_STOP, "Index is missing" },
    { 108, 109, FILEMAKER_STOP, "Value list or privilege set is missing" },
    { 110, 110, FILEMAKER_ONE_ITEM, "Related tables are missing" },
    { 111, 111, FILEMAKER_ONE_ITEM, "Field repetition number is invalid" },
    { 114, 114, FILEMAKER_ONE_ITEM, "File reference is missing" },
    { 115, 131, FILEMAKER_STOP, "A part of the solution is missing or damaged" },
    { 200, 200, FILEMAKER_ONE_ITEM, "Record access is denied" },
    { 201, 201, FILEMAKER_ONE_ITEM, "Field cannot be modified" },
    { 202, 202, FILEMAKER_ONE_ITEM, "Field access is denied" },
    { 203, 203, FILEMAKER_ONE_ITEM, "No records in file to print, or no print access" },
    { 204, 204, FILEMAKER_STOP, "No access to fields in sort order" },
    { 205, 209, FILEMAKER_STOP, "No access privileges for this" },
    { 210, 210, FILEMAKER_STOP, "User account is inactive" },
    { 211, 211, FILEMAKER_STOP, "Password has expired" },
    { 212, 212, FILEMAKER_STOP, "Invalid user account or password" },
    { 214, 214, FILEMAKER_STOP, "Too many login attempts" },
    { 215, 219, FILEMAKER_STOP, "Account is not allowed to do this" },
    { 300, 300, FILEMAKER_REPEAT, "File is locked or in use" },
    { 301, 301, FILEMAKER_REPEAT, "Record is in use by another user" },
    { 302, 304, FILEMAKER_REPEAT, "Table, schema or layout is in use by another user" },
    { 306, 306, FILEMAKER_ONE_ITEM, "Record modification ID does not match" },
    { 307, 308, FILEMAKER_REPEAT, "Could not be locked" },
    { 400, 400, FILEMAKER_STOP, "Find criteria are empty" },
    { 401, 401, FILEMAKER_ONE_ITEM, "No records match the request" },
    { 402, 414, FILEMAKER_STOP, "A field or an order is not right for this" },
    { 415, 415, FILEMAKER_ONE_ITEM, "One or more required related records are not available" },
    { 416, 417, FILEMAKER_STOP, "A primary key is required, or the file is not supported" },
    { 500, 507, FILEMAKER_ONE_ITEM, "Value does not meet the field's validation" },
    { 508, 508, FILEMAKER_STOP, "Invalid value entered in find mode" },
    { 509, 513, FILEMAKER_ONE_ITEM, "Field requires a value, or its value is not allowed" },
    { 714, 714, FILEMAKER_STOP, "Operation is not permitted by the account's privileges" },
    { 800, 801, FILEMAKER_REPEAT, "Unable to create a file on disk" },
    { 802, 802, FILEMAKER_REPEAT, "Unable to open file" },
    { 803, 810, FILEMAKER_STOP, "File cannot be opened or is damaged, or the disk is full" },
    { 811, 811, FILEMAKER_REPEAT, "Temporary file cannot be opened" },
    { 812, 812, FILEMAKER_CROWDED, "Exceeded host's capacity" },
    { 813, 814, FILEMAKER_REPEAT, "Record synchronization error, or too many files open" },
    { 815, 818, FILEMAKER_STOP, "A file cannot be opened or converted" },
    { 819, 819, FILEMAKER_ONE_ITEM, "Cannot save a local copy of a remote file" },
    { 820, 820, FILEMAKER_REPEAT, "File is being closed" },
    { 821, 821, FILEMAKER_LOG_IN, "Host forced a disconnect" },
    { 822, 827, FILEMAKER_STOP, "File is missing, damaged or not authorized" },
    { 850, 850, FILEMAKER_ONE_ITEM, "Path is not valid for the operating system" },
    { 851, 853, FILEMAKER_ONE_ITEM, "An external container file could not be handled" },
    { 870, 899, FILEMAKER_REPEAT, "Another user is modifying the file" },
    { 951, 951, FILEMAKER_REPEAT, "Unexpected error" },
    { 952, 952, FILEMAKER_LOG_IN, "Invalid FileMaker Data API token" },
    { 953, 953, FILEMAKER_STOP, "Data transfer limit of the license reached" },
    { 954, 955, FILEMAKER_STOP, "Unsupported request" },
    { 956, 956, FILEMAKER_CROWDED, "Maximum number of sessions exceeded" },
    { 957, 958, FILEMAKER_STOP, "A parameter is missing, unknown or not valid" },
    { 959, 959, FILEMAKER_STOP, "The Data API is switched off (Admin Console, Connectors)" },
    { 960, 960, FILEMAKER_STOP, "A parameter is missing, unknown or not valid" },
    { 1200, 1225, FILEMAKER_STOP, "Calculation error" },
    { 1630, 1630, FILEMAKER_STOP, "URL format is incorrect" },
    { 1631, 1631, FILEMAKER_REPEAT, "Connection failed" },
    { 1638, 1638, FILEMAKER_REPEAT, "Host does not allow new connections now" },
    { 1700, 1700, FILEMAKER_ONE_ITEM, "Resource does not exist" },
    { 1701, 1701, FILEMAKER_REPEAT, "Host is unable to receive requests now" },
    { 1702, 1702, FILEMAKER_STOP, "Authentication information was not in the right format" },
    { 1703, 1703, FILEMAKER_LOG_IN, "Invalid user name or token" },
    { 1704, 1710, FILEMAKER_STOP, "The host does not understand the request" },
    { 1711, 1715, FILEMAKER_STOP, "The server's license or state does not allow it" },
    { 5000, 5499, FILEMAKER_ONE_ITEM, "Custom error of a script" },
};

const char *filemaker_meaning(int code)
{
    for (size_t i = 0; i < lengthof(codes); i++)
        if (code >= codes[i].first && code <= codes[i].last)
            return codes[i].meaning;
    return "unknown error";
}

static enum filemaker_advice advice_of_status(int status)
{
    if (status >= 500 && status != 501
        && status != 505) /* from any server or proxy, whatever it means */
        return FILEMAKER_REPEAT;
    if (status == 408 || status == 425 || status == 429) /* too slow, too early, too many */
        return FILEMAKER_REPEAT;
    if (status < 400) /* a web page or a redirect, while the engine behind it is away */
        return FILEMAKER_REPEAT;
    if (status == 401)
        return FILEMAKER_LOG_IN;
    return FILEMAKER_STOP;
}

enum filemaker_advice filemaker_advice(const struct err *err)
{
    if (err->kind == ERR_NET)
        return FILEMAKER_REPEAT;
    if (err->kind != ERR_REMOTE)
        return FILEMAKER_STOP;
    if (err->reason == 0)
        return advice_of_status(err->code);
    for (size_t i = 0; i < lengthof(codes); i++)
        if (err->reason >= codes[i].first && err->reason <= codes[i].last)
            return codes[i].advice;
    return FILEMAKER_ONE_ITEM;
}

bool filemaker_is_missing(int code)
{
    return code >= 100 && code <= 106 && code != FILEMAKER_RECORD_MISSING;
}

bool filemaker_is_refusal(int code)
{
    return code == 9 || code == 18 || (code >= 200 && code <= 219) || code == 714 || code == 1702
           || code == 1703;
}

/* Whether FileMaker, or the process that writes the answer, ran out of memory. */
static bool is_out_of_memory(int code)
{
    return code == 2 || code == 7;
}

bool filemaker_is_too_much(const struct err *err)
{
    switch (err->kind) {
    case ERR_NET:
        return err->code == HTTP_STALLED || err->code == HTTP_TIMED_OUT
               || err->code == HTTP_TOO_SLOW || err->code == HTTP_SHORT;
    case ERR_DATA:
        return err->code == HTTP_TOO_LONG || err->code == FILEMAKER_BAD_ANSWER;
    case ERR_REMOTE:
        if (err->reason)
            return is_out_of_memory(err->reason);
        return err->code == 408 || err->code == 413 || err->code == 504 || err->code == 524
               || (err->code >= 200 && err->code < 300);
    case ERR_NONE:
    case ERR_USAGE:
    case ERR_UNSURE:
    case ERR_DATABASE:
    case ERR_OS:
    case ERR_CANCELED:
        return false;
    }
    abort();
}
