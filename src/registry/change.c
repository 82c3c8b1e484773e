/* A registry apart begins a transaction of its own with the first change after a commit. */
#include "registry/inside.h"

bool registry_begin_change(struct registry *registry, struct err *err)
{
    return !registry->own || registry->tx.sql || sql_begin(registry->own, &registry->tx, err)
           || err_ctx(err, "the registry");
}

bool registry_commit(struct registry *registry, struct err *err)
{
    return !registry || !registry->tx.sql || sql_commit(&registry->tx, err)
           || err_ctx(err, "the registry");
}

void registry_take_back(struct registry *registry)
{
    if (!registry)
        return;
    auto_tx_cleanup(&registry->tx);
    registry->tx = (struct sql_tx){ 0 };
}

bool registry_reconnect(struct registry *registry, struct err *err)
{
    if (!registry || !registry->own)
        return true;
    registry->tx = (struct sql_tx){ 0 };
    return sql_reconnect(registry->own, err) || err_ctx(err, "the registry");
}
