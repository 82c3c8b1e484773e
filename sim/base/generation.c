/* The generations, each with its switches. */
#include "sim/base/generation.h"

#define SINCE_20                                                                                   \
    "stream-location=relative,odata-octet=name,odata-page=10000,odata-count-path=400,odata-"       \
    "version=product"

static const struct generation usual = { 21, "21.1.2.500", "Apache", "4.0", "" };

static const struct generation generations[] = {
    { 19, "19.6.4.402", "Apache", "4.0",
      "stream-location=absolute,product-version=present,odata-names=long,odata-fraction=bare" },
    { 20, "20.3.2.205", "Apache", "4.0", SINCE_20 ",odata-id=rowid,odata-fraction=bare" },
    { 21, "21.1.2.500", "nginx", "4.01",
      SINCE_20 ",odata-id=rowid,odata-fraction=bare,upload-answer=mod-id" },
    { 22, "22.0.4.406", "nginx", "4.01",
      SINCE_20
      ",odata-id=rowid-text,odata-fraction=bare,upload-answer=mod-id,odata-container=binary,"
      "odata-special=given" },
    { 26, "26.0.1.100", "nginx", "4.01",
      SINCE_20
      ",odata-version=server,odata-id=rowid-text,upload-answer=mod-id,odata-special=given" },
};

const struct generation *generation_usual(void)
{
    return &usual;
}

bool generation_find(int number, const struct generation **generation_r, struct err *err)
{
    for (size_t i = 0; i < lengthof(generations); i++) {
        if (generations[i].number == number) {
            *generation_r = &generations[i];
            return true;
        }
    }
    return err_set(err, ERR_USAGE, 0, "--generation: %d is not 19, 20, 21, 22 or 26", number);
}
