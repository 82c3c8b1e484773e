/* Reads lists of fields: of containers, and beside each what FileMaker says of its file. */
#include "verify/container_places.h"

#include "base/mem.h"
#include "base/num.h"

enum { REPETITIONS_MAX = 1000 };

/* What the lists beside that of the containers say of one name of it. */
struct beside {
    const struct filemaker_field *md5, *path; /* NULL: nothing */
};

void container_places_clear(struct container_places *places)
{
    for (size_t i = 0; i < places->count; i++) {
        free(places->items[i].field);
        free(places->items[i].name);
        free(places->items[i].md5);
        free(places->items[i].path);
    }
    free(places->items);
    *places = (struct container_places){ 0 };
}

static char *value_name(const struct filemaker_field *field, uint64_t repetition)
{
    if (!field)
        return NULL;
    return field->repetitions > 1 ? mem_printf("%s(%ju)", field->name, (uintmax_t)repetition)
                                  : mem_text(field->name);
}

static void place_add(struct container_places *p, const struct filemaker_field *field,
                      uint64_t repetition, const struct beside *beside)
{
    p->items = mem_grow(p->items, (p->count + 1) * sizeof *p->items);
    p->items[p->count++] = (struct container_place){
        .field = mem_text(field->name),
        .name = value_name(field, repetition),
        .md5 = value_name(beside->md5, repetition),
        .path = value_name(beside->path, repetition),
        .repetition = repetition,
    };
}

static bool field_find(const struct filemaker_layout *layout, struct span item,
                       const struct filemaker_field **field_r, uint64_t *only_r, struct err *err)
{
    auto_free char *whole = span_text(item);
    struct span rest = item, base = span_cut(&rest, '(');
    auto_free char *field = span_text(base);
    struct err ignored;

    *only_r = 0;
    *field_r = filemaker_field(layout, whole);
    if (!*field_r && num_u64(span_cut(&rest, ')'), 1, REPETITIONS_MAX, only_r, &ignored))
        *field_r = filemaker_field(layout, field);
    return *field_r || err_set(err, ERR_USAGE, 0, "the layout has no container '%s'", whole);
}

/* The next name of a list beside; "-" and the end of the list are none. */
static bool beside_next(const struct filemaker_layout *layout, struct span *list,
                        const struct filemaker_field **field_r, struct err *err)
{
    auto_free char *name = span_text(span_trim(span_cut(list, ',')));

    *field_r = NULL;
    if (!*name || strcmp(name, "-") == 0)
        return true;
    *field_r = filemaker_field(layout, name);
    return *field_r || err_set(err, ERR_USAGE, 0, "the layout has no field '%s'", name);
}

static bool list_read(const struct verify_settings *settings, const struct filemaker_layout *layout,
                      struct container_places *p, struct err *err)
{
    struct span rest = span_of(settings->container_list), md5 = span_of(settings->md5_list),
                path = span_of(settings->path_list);
    const struct filemaker_field *field, *last = NULL;
    struct beside beside = { 0 };

    while (rest.at) {
        struct span item = span_trim(span_cut(&rest, ','));
        uint64_t only;

        if (item.size == 0)
            continue;
        if (!field_find(layout, item, &field, &only, err))
            return false;
        if (field != last /* the repetitions of one field share what stands beside it */
            && (!beside_next(layout, &md5, &beside.md5, err)
                || !beside_next(layout, &path, &beside.path, err)))
            return false;
        last = field;
        for (uint64_t n = 1; only == 0 && n <= field->repetitions_shown; n++)
            place_add(p, field, n, &beside);
        if (only)
            place_add(p, field, only, &beside);
    }
    return p->count > 0 || err_set(err, ERR_USAGE, 0, "no container is named");
}

bool container_places_read(const struct verify_settings *settings, struct source_reader *reader,
                           struct container_places *places, struct err *err)
{
    auto_layout layout = { 0 };

    return source_layout(reader, settings->layout, &layout, err)
           && list_read(settings, &layout, places, err);
}
