/* Every address of the console. */
#include "console/assets.h"
#include "console/pages.h"
#include "console/route.h"

const struct route routes[] = {
    { REQUEST_GET, "/health", RIGHT_PUBLIC, health_answer, "whether the console lives" },
    { REQUEST_GET, "/assets/{hash}/{name}", RIGHT_PUBLIC, assets_answer, "style and script" },
    { REQUEST_GET, "/", RIGHT_ANY, first_answer, "leads to the first page that one may use" },
    { .path = NULL },
};
