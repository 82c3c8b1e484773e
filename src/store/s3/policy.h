/* The least rights that a migration needs, as an AWS policy. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "store/settings.h"

enum store_policy {
    STORE_POLICY_RUN,  /* puts and reads; removes nothing                   */
    STORE_POLICY_LINK, /* also removes objects that were moved to a patient */
};

/* Appends a policy as JSON. Fails with ERR_USAGE if the store is a folder. */
must_check bool store_policy(const struct store_settings *settings, enum store_policy policy,
                             struct str *to, struct err *err);
