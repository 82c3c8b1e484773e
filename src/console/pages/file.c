/* /documents/{row}/file and the same for programs: the bytes of a document. */
#include "console/documents/deliver.h"
#include "console/pages/pages.h"

bool file_answer(struct exchange *x, struct err *err)
{
    auto_visible_list list = { 0 };

    return visible_one(x, request_param(x->request, "row"), &list, err)
           && deliver(x, &list.items[0], err);
}
