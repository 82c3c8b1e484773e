/* The codes that a client can meet. */
#include "sim/api/codes.h"

#include "base/base.h"

struct code_entry {
    int code, status;
    const char *text;
};

static const struct code_entry codes[] = {
    { 0, 200, "OK" },
    { -1, 500, "Unknown error" },
    { 1, 500, "User canceled action" },
    { 2, 500, "Memory error" },
    { 3, 500, "Command is unavailable" },
    { 4, 500, "Command is unknown" },
    { 5, 500, "Command is invalid" },
    { 6, 500, "File is read-only" },
    { 7, 500, "Running out of memory" },
    { 9, 500, "Insufficient privileges" },
    { 10, 401, "HTTP Authorization header or OAuth headers are missing." },
    { 11, 500, "Name is not valid" },
    { 12, 500, "Name already exists" },
    { 13, 500, "File or object is in use" },
    { 14, 500, "Out of range" },
    { 15, 500, "Can't divide by zero" },
    { 16, 500, "Operation failed; request retry" },
    { 17, 500, "Attempt to convert foreign character set to UTF-16 failed" },
    { 18, 401, "Client must provide account information to proceed" },
    { 20, 500, "Command/operation canceled by triggered script" },
    { 21, 500, "Request not supported" },
    { 100, 500, "File is missing" },
    { 101, 500, "Record is missing" },
    { 102, 500, "Field is missing" },
    { 103, 500, "Relationship is missing" },
    { 104, 500, "Script is missing" },
    { 105, 500, "Layout is missing" },
    { 106, 500, "Table is missing" },
    { 107, 500, "Index is missing" },
    { 108, 500, "Value list is missing" },
    { 109, 500, "Privilege set is missing" },
    { 110, 500, "Related tables are missing" },
    { 111, 500, "Field repetition is invalid" },
    { 114, 500, "File reference is missing" },
    { 116, 500, "Layout object is missing" },
    { 117, 500, "Data source is missing" },
    { 200, 500, "Record access is denied" },
    { 201, 500, "Field cannot be modified" },
    { 202, 500, "Field access is denied" },
    { 204, 500, "No access to field(s) specified in sort order" },
    { 210, 401, "User account is inactive" },
    { 211, 401, "Password has expired" },
    { 212, 401, "Invalid user account and/or password; please try again" },
    { 214, 401, "Too many login attempts, account locked out" },
    { 300, 500, "File is locked or in use" },
    { 301, 500, "Record is in use by another user" },
    { 302, 500, "Table is in use by another user" },
    { 303, 500, "Database schema is in use by another user" },
    { 304, 500, "Layout is in use by another user" },
    { 306, 500, "Record modification ID does not match" },
    { 307, 500, "Transaction could not be locked because of a communication error with the host" },
    { 308, 500, "Theme is locked and in use by another user" },
    { 400, 500, "Find criteria are empty" },
    { 401, 500, "No records match the request" },
    { 402, 500, "Selected field is not a match field for a lookup" },
    { 404, 500, "Sort order is invalid" },
    { 405, 500, "Number of records specified exceeds number of records that can be omitted" },
    { 408, 500, "Specified field has inappropriate data type for this operation" },
    { 413, 500, "Specified field is inappropriate for this operation" },
    { 414, 500, "Layout cannot display the result" },
    { 500, 500, "Date value does not meet validation entry options" },
    { 501, 500, "Time value does not meet validation entry options" },
    { 502, 500, "Number value does not meet validation entry options" },
    { 503, 500, "Value in field is not within the range specified in validation entry options" },
    { 504, 500, "Value in field is not unique, as required in validation entry options" },
    { 507, 500,
      "Value entered does not meet the specified calculation in validation entry options" },
    { 508, 500, "Invalid value entered in Find mode" },
    { 509, 500, "Field requires a valid value" },
    { 511, 500, "Value entered exceeds maximum field size" },
    { 512, 500, "Record was already modified by another user" },
    { 714, 500, "Operation is not permitted by privileges" },
    { 800, 500, "Unable to create file on disk" },
    { 801, 500, "Unable to create temporary file on System disk" },
    { 802, 500, "Unable to open file" },
    { 803, 500, "File is single-user, or host cannot be found" },
    { 805, 500, "File is damaged; use Recover command" },
    { 809, 500, "Disk/volume is full" },
    { 812, 500, "Exceeded host's capacity" },
    { 813, 500, "Record synchronization error on network" },
    { 814, 500, "File(s) cannot be opened because maximum number is open" },
    { 820, 500, "File is in the process of being closed" },
    { 821, 500, "Host forced a disconnect" },
    { 853, 500, "One or more containers failed to transfer" },
    { 951, 500, "Unexpected error occurred" },
    { 952, 401, "Invalid FileMaker Data API token (*)" },
    { 953, 500, "Exceeded limit on data FileMaker Data API and OData can transmit" },
    { 955, 500, "No database name" },
    { 956, 500, "Maximum number of database or Admin API sessions exceeded" },
    { 957, 400, "Conflicting commands" },
    { 958, 400, "Parameter missing" },
    { 959, 500, "Custom Web Publishing technology is disabled" },
    { 960, 400, "Parameter is invalid" },
    { 1630, 404, "URL format is incorrect" },
    { 1631, 502, "Connection failed" },
    { 1638, 503, "Host does not allow new connections. Try again later." },
    { 1700, 404, "Resource doesn't exist" },
    { 1701, 503, "Host is currently unable to receive requests" },
    { 1702, 401, "Authentication information wasn't provided in the correct format" },
    { 1703, 401, "Invalid username or password, or JSON Web Token" },
    { 1704, 405, "HTTP method is not supported for the specified resource" },
    { 1705, 415, "Required HTTP header wasn't specified" },
    { 1706, 400, "Parameter isn't supported" },
    { 1707, 400, "Required parameter wasn't specified" },
    { 1708, 400, "Parameter value is invalid" },
    { 1710, 400, "JSON syntax error" },
    { 1711, 500, "License has expired" },
};

static const struct code_entry *code_find(int code)
{
    for (size_t i = 0; i < lengthof(codes); i++)
        if (codes[i].code == code)
            return &codes[i];
    return &codes[1];
}

const char *code_text(int code)
{
    return code_find(code)->text;
}

int code_status(int code)
{
    return code_find(code)->status;
}
