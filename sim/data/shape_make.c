/* Making the values of described fields. */
#include "sim/data/shape_make.h"

#include "sim/base/chance.h"
#include "sim/data/clinic.h"
#include "sim/data/names.h"

static const struct recipe *recipe_of(const struct make_context *m)
{
    return m->column->args;
}

static uint64_t chance_for(const struct make_context *m, unsigned what)
{
    return chance_of(recipe_of(m)->seed, m->ordinal, m->repetition * 16 + what);
}

static int64_t chance_between(const struct make_context *m, unsigned what)
{
    const struct recipe *r = recipe_of(m);

    return r->low + (int64_t)chance_below(chance_for(m, what), (uint64_t)(r->high - r->low + 1));
}

static void words_add(const struct make_context *m, struct str *to)
{
    static const char *const words[] = { "review",  "of",     "the",    "left",   "shoe",  "with",
                                         "a",       "new",    "insole", "and",    "strap", "for",
                                         "walking", "longer", "than",   "before", "see",   "note" };
    int64_t count = chance_between(m, 1);

    for (int64_t i = 0; i < count; i++)
        str_printf(
            to, "%s%s", i ? " " : "",
            words[chance_below(chance_of(chance_for(m, 2), (uint64_t)i, 0), lengthof(words))]);
}

static void key_add(const struct recipe *r, uint64_t ordinal, struct str *to)
{
    char text[CHANCE_UUID_SIZE];

    if (r->kind == RECIPE_UUID)
        str_add_text(to, chance_uuid(r->seed, (uint32_t)ordinal, text));
    else if (r->kind == RECIPE_SERIAL)
        str_printf(to, "%jd", (intmax_t)(r->low + (int64_t)ordinal));
}

static void moment_add(int64_t seconds, bool with_clock, struct str *to)
{
    struct time_civil civil = time_to_utc(seconds * TIME_SECOND);

    if (with_clock)
        value_timestamp_text(civil, to);
    else
        value_date_text(civil, to);
}

static void number_add(const struct make_context *m, struct str *to)
{
    const struct recipe *r = recipe_of(m);

    if (r->kind == RECIPE_BIG) {
        str_printf(to, "9%014ju%015ju", (uintmax_t)chance_below(chance_for(m, 1), 100000000000000u),
                   (uintmax_t)chance_below(chance_for(m, 2), 1000000000000000u));
        return;
    }
    str_printf(to, "%jd", (intmax_t)chance_between(m, 1));
    if (r->kind == RECIPE_DECIMAL)
        str_printf(to, ".%02u", (unsigned)chance_below(chance_for(m, 2), 100));
    else if (r->kind == RECIPE_MIXED && chance_for(m, 2) % 2)
        str_add_text(to, "abc");
}

static void person_add(const struct make_context *m, struct str *to)
{
    static const char *const accounts[] = { "reception", "m.okafor", "s.lindqvist", "scanner" };
    const struct recipe *r = recipe_of(m);

    if (r->kind == RECIPE_FIRST)
        str_add_text(to, name_first(chance_for(m, 1)));
    else if (r->kind == RECIPE_LAST)
        str_add_text(to, name_last(chance_for(m, 1)));
    else if (r->kind == RECIPE_ACCOUNT)
        str_add_text(to, accounts[chance_below(chance_for(m, 1), lengthof(accounts))]);
    else
        str_printf(to, "%ju %s\r%s", (uintmax_t)(1 + chance_for(m, 1) % 180),
                   name_street(chance_for(m, 2)), name_suburb(chance_for(m, 3)));
}

static void date_add(const struct make_context *m, struct str *to)
{
    const struct recipe *r = recipe_of(m);

    if (r->kind == RECIPE_DATE)
        moment_add(chance_between(m, 1) * 86400, false, to);
    else if (r->kind == RECIPE_TIMESTAMP)
        moment_add(chance_between(m, 1) * 86400 + (int64_t)chance_below(chance_for(m, 2), 86400),
                   true, to);
    else
        moment_add(
            clinic_moment(r->seed, m->ordinal, table_plan(m->table)->count + 1, r->low, r->high),
            true, to);
}

static void value_add(const struct make_context *m, struct str *to)
{
    const struct recipe *r = recipe_of(m);

    switch (r->kind) {
    case RECIPE_EMPTY:
    case RECIPE_CONTAINER:
        return;
    case RECIPE_UUID:
    case RECIPE_SERIAL:
        key_add(r, m->ordinal, to);
        return;
    case RECIPE_CONST:
        str_add_text(to, r->text);
        return;
    case RECIPE_CHOICE:
        str_add_text(to, r->choices[chance_below(chance_for(m, 1), r->choice_count)]);
        return;
    case RECIPE_WORDS:
        words_add(m, to);
        return;
    case RECIPE_FIRST:
    case RECIPE_LAST:
    case RECIPE_STREET:
    case RECIPE_ACCOUNT:
        person_add(m, to);
        return;
    case RECIPE_NUMBER:
    case RECIPE_DECIMAL:
    case RECIPE_BIG:
    case RECIPE_MIXED:
        number_add(m, to);
        return;
    case RECIPE_DATE:
    case RECIPE_TIMESTAMP:
    case RECIPE_CREATED:
        date_add(m, to);
        return;
    case RECIPE_REF:
        if (r->target_count)
            key_add(r->target, chance_below(chance_for(m, 1), r->target_count), to);
        return;
    }
    abort();
}

static bool has_value(const struct make_context *m)
{
    const struct recipe *r = recipe_of(m);

    return r->sometimes >= 100 || chance_below(chance_for(m, 9), 100) < r->sometimes;
}

static void recipe_make(const struct make_context *m, struct str *to)
{
    if (has_value(m))
        value_add(m, to);
}

static void recipe_fill(const struct make_context *m, struct content *content_r)
{
    const struct recipe *r = recipe_of(m);

    *content_r = (struct content){ .store = STORE_EMPTY };
    if (!has_value(m))
        return;
    *content_r = (struct content){
        .store = r->store,
        .from = FROM_FILLER,
        .type = r->type,
        .seed = chance_for(m, 1),
        .size = r->size,
    };
    if (chance_below(chance_for(m, 3), 100) < r->missing)
        content_r->fate = FATE_MISSING;
    (void)snprintf(content_r->name, sizeof content_r->name, "%s %ju%s", m->column->name,
                   (uintmax_t)m->ordinal + 1, file_type_suffix(r->type));
}

static bool recipe_find(const struct make_context *m, struct span text, uint64_t *ordinal_r)
{
    uint32_t number;

    if (!chance_uuid_find(recipe_of(m)->seed, text, &number))
        return false;
    *ordinal_r = number;
    return true;
}

void recipe_apply(const struct recipe *recipe, struct column *column)
{
    column->args = recipe;
    if (recipe->kind == RECIPE_CONTAINER)
        column->fill = recipe_fill;
    else if (recipe->kind != RECIPE_EMPTY)
        column->make = recipe_make;
    if (recipe->kind == RECIPE_UUID && recipe->sometimes >= 100) {
        column->auto_enter = AUTO_ID;
        column->unique = true;
        column->find = recipe_find;
    }
    if (recipe->kind == RECIPE_SERIAL && recipe->sometimes >= 100) {
        column->auto_enter = AUTO_ID;
        column->unique = true;
        column->order = column->type == COLUMN_NUMBER ? ORDER_ASCENDING : ORDER_NONE;
    }
    if (recipe->kind == RECIPE_CREATED && column->auto_enter == AUTO_CREATED_AT)
        column->order = ORDER_ASCENDING;
}
