/* Records as JSON. */
#include "sim/api/show.h"

#include "sim/api/address.h"
#include "sim/base/chance.h"
#include "sim/base/digits.h"

enum { VALUE_MAX = 1 << 24 };

static const char no_access[] = "<No Access>";

bool record_is_closed(const struct sim *sim, const struct table *table, uint64_t ordinal)
{
    return chance_below(
               chance_of(sim->seed ^ 200, ordinal, solution_table_index(sim->solution, table)), 50)
           == 0;
}

/* "Doc(2)" or "Doc", as the layout's field is keyed. */
static void shown_key(const struct sim *sim, const struct shown *shown, const struct column *column,
                      unsigned repetition, struct str *to)
{
    bool one = shown_first(shown) == 1 && shown_last(shown, column) == 1;

    str_add_text(to, shown->name);
    if (column->repetitions <= 1)
        return;
    if (!one || switch_is(&sim->switches, SINGLE_REPETITION, INDEXED))
        str_printf(to, "(%u)", repetition);
}

/* --- containers ----------------------------------------------------------------------------- */

static void host_add(const struct show *show, struct str *to)
{
    struct span host = request_host(show->request);

    if (show->request->twist.url_host) {
        str_add_text(to, show->request->twist.url_host);
        return;
    }
    switch (switch_of(&show->sim->switches, SWITCH_STREAM_HOST)) {
    case SWITCH_STREAM_HOST_REQUEST:
        str_add_span(to, host);
        break;
    case SWITCH_STREAM_HOST_LOCALHOST:
        str_add_text(to, "localhost");
        break;
    case SWITCH_STREAM_HOST_PORT:
        str_add_span(to, request_host_name(show->request));
        str_add_text(to, ":443");
        break;
    default:
        str_add_text(to, "fms-internal.example");
        break;
    }
}

static void url_add(const struct show *show, const struct address *address,
                    const struct content *content, struct str *to)
{
    bool tls = show->request->is_tls;
    char digits[ADDRESS_TEXT_SIZE];

    str_add_text(to, tls ? "https://" : "http://");
    host_add(show, to);
    str_printf(to, "/%s/%s/%s%s?RCType=%s", tls ? "Streaming_SSL" : "Streaming",
               content->store == STORE_ADDITIONAL ? "Additional_1" : "MainDB",
               address_text(show->sim->seed, address, digits),
               show->request->twist.no_extension ? "" : file_type_suffix(content->type),
               content_processor(content));
}

static struct address address_for(const struct show *show, const struct table *table,
                                  uint64_t ordinal, unsigned column, unsigned repetition,
                                  const struct content *content)
{
    bool rotates = switch_is(&show->sim->switches, URL_ROTATION, READ);

    return (struct address){
        .session = show->session ? session_serial(show->session) : 0,
        .ordinal = (uint32_t)ordinal,
        .table = (uint8_t)solution_table_index(show->sim->solution, table),
        .column = (uint16_t)column,
        .repetition = (uint16_t)repetition,
        .version = (uint16_t)content->version,
        .salt = rotates ? (uint8_t)show->request->number : 0,
    };
}

static void container_write(const struct show *show, struct json_writer *w,
                            const struct table *table, uint64_t ordinal, unsigned column,
                            unsigned repetition)
{
    auto_content content = { 0 };
    auto_str text = STR_MAX(KIB(4));
    struct address address;

    table_content(table, ordinal, column, repetition, &content);
    address = address_for(show, table, ordinal, column, repetition, &content);
    switch (content.store) {
    case STORE_EMPTY:
        break;
    case STORE_REFERENCE:
        content_reference_text(&content, &text);
        break;
    case STORE_NO_ACCESS:
        str_add_text(&text, no_access);
        break;
    case STORE_EMBEDDED:
    case STORE_SECURED:
    case STORE_OPEN:
    case STORE_ADDITIONAL:
        if (content.fate != FATE_MISSING || switch_is(&show->sim->switches, EXTERNAL_MISSING, URL))
            url_add(show, &address, &content, &text);
        break;
    }
    json_write_span(w, str_span(&text));
}

/* --- fields --------------------------------------------------------------------------------- */

/* A record related to the one shown; false if there is none. */
struct related_record {
    const struct table *table;
    uint64_t ordinal;
    bool exists;
};

static struct related_record related_record_of(const struct show *show, const struct shown *shown,
                                               uint64_t ordinal)
{
    const struct solution *solution = show->sim->solution;
    struct related_record place = { show->table, ordinal, true };
    const struct relation *relation;

    if (!shown->relation)
        return place;
    relation = solution_relation(solution, shown->relation);
    place.table = solution_table(solution, relation->table);
    place.exists = relation_record(solution, relation, show->table, ordinal, 0, &place.ordinal);
    return place;
}

static void number_zeros(const struct show *show, enum column_type type, struct str *value)
{
    size_t zeros = 0;

    if (type != COLUMN_NUMBER || !switch_is(&show->sim->switches, NUMBER_ZEROS, NUMBER))
        return;
    while (zeros + 1 < value->size && value->at[zeros] == '0' && value->at[zeros + 1] >= '0'
           && value->at[zeros + 1] <= '9')
        zeros++;
    if (!zeros)
        return;
    memmove(value->at, value->at + zeros, value->size - zeros);
    str_cut(value, value->size - zeros);
}

static void value_show(const struct show *show, struct json_writer *w,
                       const struct related_record *place, const struct shown *shown,
                       const struct column *column, unsigned repetition)
{
    auto_str value = STR_MAX(VALUE_MAX);
    struct span global = SPAN_NONE;

    if (column->is_global && show->session) {
        auto_str name = STR_MAX(KIB(1));

        str_printf(&name, "%s::%s", show->layout->occurrence, column->name);
        if (repetition > 1)
            str_printf(&name, "(%u)", repetition);
        global = session_global(show->session, str_span(&name));
    }
    if (column->type == COLUMN_CONTAINER && place->exists) {
        container_write(show, w, place->table, place->ordinal, shown->column, repetition);
        return;
    }
    if (global.at)
        str_add_span(&value, global);
    else if (place->exists && column->type != COLUMN_CONTAINER)
        table_value(place->table, place->ordinal, shown->column, repetition, &value);
    number_zeros(show, column->type, &value);
    value_write(w, column->type, str_span(&value), show->page->dates);
}

static bool is_closed(const struct show *show, uint64_t ordinal)
{
    return switch_is(&show->sim->switches, NO_ACCESS_RECORDS, SHOWN)
           && record_is_closed(show->sim, show->table, ordinal);
}

static void field_show(const struct show *show, struct json_writer *w, const struct shown *shown,
                       const struct related_record *place, bool closed)
{
    const struct column *column = &table_plan(place->table)->columns[shown->column];
    unsigned first = shown_first(shown), last = shown_last(shown, column);

    if (switch_is(&show->sim->switches, HIDDEN_REPETITIONS, DELIVERED) && column->repetitions > 1) {
        first = 1;
        last = column->repetitions;
    }
    for (unsigned repetition = first; repetition <= last; repetition++) {
        auto_str key = STR_MAX(KIB(4));

        shown_key(show->sim, shown, column, repetition, &key);
        json_name_span(w, str_span(&key));
        if (shown->no_access || closed)
            json_write_text(w, no_access);
        else
            value_show(show, w, place, shown, column, repetition);
    }
}

static bool stands_before(const struct shown *list, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(list[i].name, list[index].name) == 0)
            return true;
    return false;
}

static bool is_left_out(const struct show *show, const struct shown *list, size_t index)
{
    const struct switches *switches = &show->sim->switches;

    if (list[index].no_access && !list[index].deleted
        && switch_is(switches, NO_ACCESS_FIELD, MISSING))
        return true;
    return stands_before(list, index)
           && (list[index].deleted || switch_is(switches, TWICE_ON_LAYOUT, ONCE));
}

static void fields_show(const struct show *show, struct json_writer *w, uint64_t ordinal)
{
    bool closed = is_closed(show, ordinal);

    json_name(w, "fieldData");
    json_open_object(w);
    for (size_t i = 0; i < show->layout->shown_count; i++) {
        const struct shown *shown = &show->layout->shown[i];
        struct related_record place;

        if (is_left_out(show, show->layout->shown, i))
            continue;
        if (shown->deleted) {
            json_member_text(w, "", shown->no_access ? no_access : "");
            continue;
        }
        place = related_record_of(show, shown, ordinal);
        field_show(show, w, shown, &place, closed);
    }
    json_close_object(w);
}

/* --- portals -------------------------------------------------------------------------------- */

static const char *portal_name(const struct portal *portal)
{
    return portal->name ? portal->name : portal->relation;
}

static const struct page_portal *portal_page(const struct show *show, const struct portal *portal)
{
    for (size_t i = 0; i < show->page->portal_count; i++)
        if (span_is(show->page->portals[i].name, portal_name(portal)))
            return &show->page->portals[i];
    return NULL;
}

static bool portal_is_wanted(const struct show *show, size_t index)
{
    const struct portal *portal = &show->layout->portals[index];
    const struct page_portal *page = portal_page(show, portal);

    if (show->page->portals_none || (show->page->portals_named && !(page && page->asked)))
        return false;
    if (switch_is(&show->sim->switches, PORTAL_TWINS, TWICE))
        return true;
    for (size_t i = index + 1; i < show->layout->portal_count; i++)
        if (strcmp(portal_name(&show->layout->portals[i]), portal_name(portal)) == 0)
            return false;
    return true;
}

struct portal_range {
    size_t offset, limit, found, returned; /* offset from 1 */
};

static struct portal_range rows_of(const struct show *show, const struct portal *portal,
                                   uint64_t ordinal)
{
    const struct relation *relation = solution_relation(show->sim->solution, portal->relation);
    const struct page_portal *page = portal_page(show, portal);
    bool drawn = switch_is(&show->sim->switches, PORTAL_DEFAULT, DRAWN);
    struct portal_range rows = { .offset = 1, .limit = drawn ? portal->rows : 50 };

    if (page && page->has_offset)
        rows.offset = (size_t)page->offset;
    if (page && page->has_limit)
        rows.limit = (size_t)page->limit;
    rows.found = relation_count(show->sim->solution, relation, show->table, ordinal);
    if (rows.offset <= rows.found)
        rows.returned = rows.found - rows.offset + 1;
    if (rows.returned > rows.limit)
        rows.returned = rows.limit;
    return rows;
}

/* A portal's own fields belong to its row; others are related to that row's record. */
static struct related_record row_place(const struct show *row, const struct portal *portal,
                                       const struct shown *shown, uint64_t ordinal)
{
    if (!shown->relation || strcmp(shown->relation, portal->relation) == 0)
        return (struct related_record){ row->table, ordinal, true };
    return related_record_of(row, shown, ordinal);
}

static void row_show(const struct show *show, struct json_writer *w, const struct portal *portal,
                     const struct table *table, uint64_t ordinal)
{
    struct show row = *show;

    row.table = table;
    json_open_object(w);
    digits_member(w, "recordId", table_record_id(table, ordinal));
    for (size_t i = 0; i < portal->shown_count; i++) {
        struct related_record place = row_place(&row, portal, &portal->shown[i], ordinal);

        if (!stands_before(portal->shown, i))
            field_show(&row, w, &portal->shown[i], &place, false);
    }
    digits_member(w, "modId", table_mod_id(table, ordinal));
    json_close_object(w);
}

static void portal_show(const struct show *show, struct json_writer *w, const struct portal *portal,
                        uint64_t ordinal)
{
    const struct solution *solution = show->sim->solution;
    const struct relation *relation = solution_relation(solution, portal->relation);
    const struct table *table = solution_table(solution, relation->table);
    struct portal_range rows = rows_of(show, portal, ordinal);
    uint64_t other;

    json_name(w, portal_name(portal));
    json_open_array(w);
    for (size_t i = 0; i < rows.returned; i++)
        if (relation_record(solution, relation, show->table, ordinal, rows.offset - 1 + i, &other))
            row_show(show, w, portal, table, other);
    json_close_array(w);
}

static void portal_info(const struct show *show, struct json_writer *w, const struct portal *portal,
                        uint64_t ordinal)
{
    struct portal_range rows = rows_of(show, portal, ordinal);

    json_open_object(w);
    if (portal->name)
        json_member_text(w, "portalObjectName", portal->name);
    json_member_text(w, "database", show->sim->solution->database);
    json_member_text(w, "table", portal->relation);
    json_member_u64(w, "foundCount", rows.found);
    json_member_u64(w, "returnedCount", rows.returned);
    json_close_object(w);
}

static void portals_show(const struct show *show, struct json_writer *w, uint64_t ordinal)
{
    json_name(w, "portalData");
    json_open_object(w);
    for (size_t i = 0; i < show->layout->portal_count; i++)
        if (portal_is_wanted(show, i))
            portal_show(show, w, &show->layout->portals[i], ordinal);
    json_close_object(w);
}

static void portal_infos_show(const struct show *show, struct json_writer *w, uint64_t ordinal)
{
    bool any = false;

    for (size_t i = 0; i < show->layout->portal_count; i++)
        any = any || portal_is_wanted(show, i);
    if (!any)
        return;
    json_name(w, "portalDataInfo");
    json_open_array(w);
    for (size_t i = 0; i < show->layout->portal_count; i++)
        if (portal_is_wanted(show, i))
            portal_info(show, w, &show->layout->portals[i], ordinal);
    json_close_array(w);
}

void show_record(const struct show *show, struct json_writer *w, uint64_t ordinal)
{
    uint32_t mod_id = table_mod_id(show->table, ordinal);

    json_open_object(w);
    fields_show(show, w, ordinal);
    portals_show(show, w, ordinal);
    digits_member(w, "recordId", table_record_id(show->table, ordinal));
    digits_member(w, "modId", show->request->twist.wrong_mod_id ? mod_id + 7 : mod_id);
    portal_infos_show(show, w, ordinal);
    json_close_object(w);
}
