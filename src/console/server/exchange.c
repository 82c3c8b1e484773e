/* Refusals and rights of one exchange. */
#include "console/server/exchange.h"

#include <stdarg.h>

bool refuse(struct exchange *x, enum problem_type type, const char *format, ...)
{
    char detail[sizeof x->problem.detail];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    x->is_refused = true;
    return problem_set(&x->problem, type, "%s", detail);
}

bool may(const struct exchange *x, enum right right)
{
    if (right == RIGHT_PUBLIC)
        return true;
    if (x->who.token)
        return right != RIGHT_ANY && (x->who.rights & (1U << right)) != 0;
    return x->who.account && rights_allow(x->who.roles, right);
}
