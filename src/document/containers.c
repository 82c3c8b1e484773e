/* Reads the configured list of containers against a layout. */
#include "document/containers.h"

#include "base/mem.h"
#include "base/nearest.h"
#include "base/num.h"

enum { REPETITIONS_MAX = 1000, NAMES_MAX = 4 * 1024 * 1024 };

void containers_clear(struct containers *containers)
{
    for (size_t i = 0; i < containers->count; i++) {
        free(containers->items[i].field);
        free(containers->items[i].name);
        free(containers->items[i].md5);
        free(containers->items[i].path);
    }
    free(containers->items);
    free(containers->date_fields);
    *containers = (struct containers){ 0 };
}

static void container_add(struct containers *c, const char *field, int repetition, bool repeats)
{
    c->items = mem_grow(c->items, (c->count + 1) * sizeof *c->items);
    c->items[c->count++] = (struct container){
        .field = mem_text(field),
        .repetition = repetition,
        .name = repeats ? mem_printf("%s(%d)", field, repetition) : mem_text(field),
    };
}

/* "Photo(2)" names one repetition, unless a field has exactly this name. */
static void name_split(const struct filemaker_layout *layout, struct span name, char **field_r,
                       uint64_t *repetition_r)
{
    struct err ignored;
    auto_free char *whole = span_text(name);
    struct span rest = name, field, number;

    *repetition_r = 0;
    field = span_cut(&rest, '(');
    number = span_cut(&rest, ')');
    if (!filemaker_field(layout, whole) && span_ends(name, ")")
        && num_u64(number, 1, REPETITIONS_MAX, repetition_r, &ignored))
        *field_r = span_text(field);
    else
        *field_r = take(whole);
}

static bool field_missing(const struct filemaker_layout *layout, const char *name, struct err *err)
{
    struct nearest near = { .wanted = name };

    for (size_t i = 0; i < layout->count; i++)
        nearest_offer(&near, layout->fields[i].name);
    return err_set(err, ERR_USAGE, 0,
                   "the layout has no field '%s' ([source] container_field)%s%s%s: put it on the "
                   "layout, or correct the name",
                   name, near.best ? "; is '" : "", near.best ? near.best : "",
                   near.best ? "' meant? If not" : "");
}

static bool field_check(const struct filemaker_layout *layout, const struct filemaker_field *field,
                        const char *name, struct err *err)
{
    if (strstr(name, "::"))
        return err_set(err, ERR_USAGE, 0,
                       "container '%s' belongs to a related table: its record does not see changes "
                       "of it; use a layout of that table",
                       name);
    if (!field)
        return field_missing(layout, name, err);
    if (strcmp(field->result, "container") != 0)
        return err_set(err, ERR_USAGE, 0,
                       "field '%s' ([source] container_field) is of type %s: it must be of type "
                       "container",
                       name, field->result);
    if (field->global)
        return err_set(err, ERR_USAGE, 0,
                       "container '%s' is global: it has one file for all records", name);
    return true;
}

static bool container_name_add(struct containers *c, const struct filemaker_layout *layout,
                               struct span name, struct err *err)
{
    auto_free char *field_name = NULL;
    const struct filemaker_field *field;
    uint64_t repetition;
    bool repeats;

    name_split(layout, name, &field_name, &repetition);
    field = filemaker_field(layout, field_name);
    if (!field_check(layout, field, field_name, err))
        return false;
    repeats = field->repetitions > 1;
    if (repetition > field->repetitions_shown)
        return err_set(err, ERR_USAGE, 0,
                       "the layout shows %u repetitions of '%s', not %ju ([source] "
                       "container_field)",
                       field->repetitions_shown, field_name, (uintmax_t)repetition);
    for (unsigned i = 1; repetition == 0 && i <= field->repetitions_shown; i++)
        container_add(c, field_name, (int)i, repeats);
    if (repetition)
        container_add(c, field_name, (int)repetition, repeats);
    return true;
}

static bool names_differ(const struct containers *c, struct err *err)
{
    for (size_t i = 0; i < c->count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(c->items[i].name, c->items[k].name) == 0)
                return err_set(err, ERR_USAGE, 0, "container '%s' is named twice",
                               c->items[i].name);
    return true;
}

static char *date_fields_of(const struct filemaker_layout *layout)
{
    auto_str names = STR_MAX(NAMES_MAX);

    for (size_t i = 0; i < layout->count; i++)
        if (filemaker_is_moment(&layout->fields[i]))
            str_printf(&names, "%s\n", layout->fields[i].name);
    return str_take(&names);
}

static bool container_is_listed(const char *list, struct span name)
{
    struct span rest = span_of(list);

    while (rest.size)
        if (span_equal(span_cut(&rest, '\n'), name))
            return true;
    return false;
}

/* A repetition, "Date(2)", is of the type of its field. */
bool containers_field_is_date(const struct containers *containers, const char *field)
{
    struct span name = span_of(field);
    bool repeats = span_ends(name, ")");

    return containers
           && (container_is_listed(containers->date_fields, name)
               || (repeats && container_is_listed(containers->date_fields, span_cut(&name, '('))));
}

bool containers_read(const char *list, bool each, const struct filemaker_layout *layout,
                     struct containers *containers_r, struct err *err)
{
    auto_containers c = { .each_is_document = each };
    struct span rest = span_of(list);

    while (rest.at) {
        struct span name = span_trim(span_cut(&rest, ','));

        if (name.size && !container_name_add(&c, layout, name, err))
            return false;
    }
    if (c.count == 0)
        return err_set(err, ERR_USAGE, 0, "[source] container_field is empty");
    if (!names_differ(&c, err))
        return false;
    c.date_fields = date_fields_of(layout);
    *containers_r = c;
    c = (struct containers){ 0 };
    return true;
}

/* --- what FileMaker itself says of a container's file ---------------------------------------- */

/* A setting that names a field for each container, and the member that the field's name becomes. */
struct told {
    const char *setting;
    size_t member;
};

static const struct told told_md5 = { "md5_field", offsetof(struct container, md5) },
                         told_path = { "path_field", offsetof(struct container, path) };

static bool told_field_check(const struct told *told, const struct filemaker_layout *layout,
                             const char *name, const struct filemaker_field **field_r,
                             struct err *err)
{
    struct nearest near = { .wanted = name };

    *field_r = filemaker_field(layout, name);
    for (size_t i = 0; i < layout->count; i++)
        nearest_offer(&near, layout->fields[i].name);
    if (!*field_r)
        return err_set(err, ERR_USAGE, 0,
                       "the layout has no field '%s' ([source] %s)%s%s%s: put it on the "
                       "layout, or correct the name",
                       name, told->setting, near.best ? "; is '" : "", near.best ? near.best : "",
                       near.best ? "' meant? If not" : "");
    if (strcmp((*field_r)->result, "text") != 0)
        return err_set(err, ERR_USAGE, 0,
                       "field '%s' ([source] %s) is of type %s: it must be a calculation "
                       "whose result is text",
                       name, told->setting, (*field_r)->result);
    if ((*field_r)->global)
        return err_set(err, ERR_USAGE, 0,
                       "field '%s' ([source] %s) is global: it has one value for all records", name,
                       told->setting);
    return true;
}

/* The containers that one name of the list stands for: a field's, from the first of them on. */
static size_t next_field(const struct containers *c, size_t first)
{
    size_t next = first + 1;

    while (next < c->count && strcmp(c->items[next].field, c->items[first].field) == 0)
        next++;
    return next;
}

static bool told_give(const struct told *told, const struct filemaker_layout *layout,
                      const char *name, struct containers *c, size_t first, size_t end,
                      struct err *err)
{
    const struct filemaker_field *field;

    if (!told_field_check(told, layout, name, &field, err))
        return false;
    for (size_t i = first; i < end; i++) {
        char **member = (char **)((char *)&c->items[i] + told->member);

        if ((unsigned)c->items[i].repetition > field->repetitions_shown)
            return err_set(err, ERR_USAGE, 0,
                           "the layout shows %u repetitions of '%s' ([source] %s), and its "
                           "container '%s' is one of more",
                           field->repetitions_shown, name, told->setting, c->items[i].name);
        *member = field->repetitions > 1 ? mem_printf("%s(%d)", name, c->items[i].repetition)
                                         : mem_text(name);
    }
    return true;
}

static bool told_read(const struct told *told, const char *list,
                      const struct filemaker_layout *layout, struct containers *c, struct err *err)
{
    struct span rest = span_of(list);
    size_t first = 0;

    while (rest.size) {
        auto_free char *name = span_text(span_trim(span_cut(&rest, ',')));
        size_t end;

        if (first == c->count)
            return err_set(err, ERR_USAGE, 0, "[source] %s names more fields than container_field",
                           told->setting);
        end = next_field(c, first);
        if (*name && strcmp(name, "-") != 0 && !told_give(told, layout, name, c, first, end, err))
            return false;
        first = end;
    }
    if (*list && first < c->count)
        return err_set(err, ERR_USAGE, 0,
                       "[source] %s has no name for '%s': it names a field for each of "
                       "container_field, in that order, - for none",
                       told->setting, c->items[first].name);
    return true;
}

bool containers_read_md5(const char *list, const struct filemaker_layout *layout,
                         struct containers *c, struct err *err)
{
    return told_read(&told_md5, list, layout, c, err);
}

bool containers_read_path(const char *list, const struct filemaker_layout *layout,
                          struct containers *c, struct err *err)
{
    return told_read(&told_path, list, layout, c, err);
}

size_t containers_find(const struct containers *c, const char *field, int repetition)
{
    if (!*field)
        return 0;
    for (size_t i = 1; i < c->count; i++)
        if (strcmp(c->items[i].field, field) == 0 && c->items[i].repetition == repetition)
            return i;
    return c->count;
}

char *containers_text(const struct containers *c)
{
    auto_str text = STR_MAX(KIB(64));

    str_add_text(&text, c->each_is_document ? "each:" : "waterfall:");
    for (size_t i = 0; i < c->count; i++)
        str_printf(&text, "%s %s", i ? "," : "", c->items[i].name);
    return str_take(&text);
}
