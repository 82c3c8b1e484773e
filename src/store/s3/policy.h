/* The least rights that a migration needs, as a policy of AWS. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "store/settings.h"

enum store_policy {
    STORE_POLICY_RUN,  /* put and read; remove nothing                */
    STORE_POLICY_LINK, /* and remove what was moved to its patient    */
};

/* Appends it as JSON. Fails with ERR_USAGE if the store is a folder. */
must_check bool store_policy(const struct store_settings *settings, enum store_policy policy,
                             struct str *to, struct err *err);
