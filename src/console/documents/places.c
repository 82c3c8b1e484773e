/* Registries and stores are lent as all handles are. */
#include "console/documents/places.h"

#include "base/mem.h"
#include "registry/rows.h"
#include "store/open.h"

struct places {
    const struct engine_settings *settings;
    const struct cancel *cancel;
    struct lender *registries, *stores;
};

static bool place_open_registry(void *arg, void **thing_r, struct err *err)
{
    const struct places *places = arg;
    struct registry *registry;

    if (!registry_open_reader(&places->settings->registry, places->cancel, &registry, err))
        return false;
    *thing_r = registry;
    return true;
}

static bool place_registry_answers(void *thing)
{
    return registry_answers(thing);
}

static void place_close_registry(void *thing)
{
    registry_free(thing);
}

static bool place_open_store(void *arg, void **thing_r, struct err *err)
{
    const struct places *places = arg;
    struct store *store;

    if (!store_open(&places->settings->store, places->cancel, &store, err))
        return false;
    *thing_r = store;
    return true;
}

static void place_close_store(void *thing)
{
    store_close(thing);
}

static const struct lender_kind registry_kind = { place_open_registry, place_registry_answers,
                                                  place_close_registry };
static const struct lender_kind store_kind = { place_open_store, NULL, place_close_store };

struct places *places_new(const struct engine_settings *settings, const struct cancel *cancel)
{
    struct places *places = mem_new(struct places);

    *places = (struct places){ .settings = settings, .cancel = cancel };
    places->registries = lender_new(&registry_kind, places);
    places->stores = lender_new(&store_kind, places);
    return places;
}

void places_free(struct places *places)
{
    if (!places)
        return;
    lender_free(places->registries);
    lender_free(places->stores);
    free(places);
}

bool places_registry(struct places *places, struct loan *loan, struct registry **registry_r,
                     struct err *err)
{
    if (!lender_lend(places->registries, loan, err))
        return false;
    *registry_r = loan->thing;
    return true;
}

bool places_store(struct places *places, struct loan *loan, struct store **store_r, struct err *err)
{
    if (!lender_lend(places->stores, loan, err))
        return false;
    *store_r = loan->thing;
    return true;
}
