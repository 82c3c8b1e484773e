/* The application's patients are read page by page, in whatever columns it has them. */
#include "registry/people.h"

#include "base/mem.h"
#include "folder.h"
#include "tap.h"

static const struct registry_settings settings = { .url = "" };

struct place {
    char *folder, *url;
    struct cancel *cancel;
    struct sql *sql;
    struct registry *registry;
};

static struct place *place_new(void)
{
    struct place *p = mem_new(struct place);
    struct err err = { 0 };

    p->folder = folder_new();
    p->url = mem_printf("sqlite:%s/nexus.db", p->folder);
    p->cancel = cancel_new();
    if (!sql_open(p->url, p->cancel, &p->sql, &err)
        || !registry_open(&settings, p->sql, p->cancel, &p->registry, &err)
        || !sql_script(p->sql,
                       "insert into patients_patient (id, mrn, first_name, last_name, dob) values "
                       "('00000000000000000000000000000002', '1204', 'Kim', 'Ito', '1980-02-29'),"
                       "('00000000000000000000000000000001', '', 'Ann', 'O''Brien', null),"
                       "('00000000000000000000000000000003', '7', '', 'Smith', '2001-01-01 00:00')",
                       &err))
        abort();
    return p;
}

static void place_end(struct place **p)
{
    registry_free((*p)->registry);
    sql_close((*p)->sql);
    cancel_free((*p)->cancel);
    free((*p)->url);
    folder_remove((*p)->folder);
    free(*p);
}

#define auto_place __attribute__((cleanup(place_end))) struct place

static bool person_tell(void *arg, const struct registry_listed *person, struct err *err)
{
    (void)err;
    str_printf(arg,
               SPAN_FORMAT "|" SPAN_FORMAT "|" SPAN_FORMAT "|" SPAN_FORMAT "|" SPAN_FORMAT "\n",
               SPAN_ARGS(person->patient), SPAN_ARGS(person->last_name),
               SPAN_ARGS(person->first_name), SPAN_ARGS(person->mrn), SPAN_ARGS(person->dob));
    return true;
}

#define ID(digit) "00000000-0000-0000-0000-00000000000" digit
#define ANN ID("1") "|O'Brien|Ann||\n"
#define KIM ID("2") "|Ito|Kim|1204|1980-02-29\n"
#define SMITH ID("3") "|Smith||7|2001-01-01\n"

TEST(patients_are_read_in_the_order_of_their_ids)
{
    static const struct {
        const char *after;
        int64_t limit;
        const char *want;
    } cases[] = {
        { NULL, 10, ANN KIM SMITH }, { NULL, 2, ANN KIM }, { ID("2"), 2, SMITH },
        { ID("3"), 2, "" },          { ID("1"), 1, KIM },
    };
    auto_place *p = place_new();

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str told = STR_MAX(KIB(4));
        struct err err = { 0 };

        CHECK_AT(i, registry_each_person(p->registry, cases[i].after, cases[i].limit, person_tell,
                                         &told, &err));
        CHECK_STR(str_text(&told), cases[i].want);
    }
}

TEST(a_patient_is_found_by_the_id)
{
    auto_place *p = place_new();
    auto_str told = STR_MAX(KIB(4));
    struct err err = { 0 };

    CHECK(registry_find_person(p->registry, ID("9"), person_tell, &told, &err));
    CHECK_STR(str_text(&told), "");
    CHECK(registry_find_person(p->registry, ID("2"), person_tell, &told, &err));
    CHECK_STR(str_text(&told), KIM);
}
