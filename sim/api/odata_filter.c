/* A recursive descent parser that makes a tree, and its evaluation for each record. */
#include "sim/api/odata_filter.h"

#include "base/mem.h"

#include <strings.h>

enum { DEPTH_MAX = 50, NODES_MAX = 400, VALUE_MAX = 1 << 20 };

enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_COMPARE, NODE_CALL };
enum odata_compare { COMPARE_EQ, COMPARE_NE, COMPARE_GT, COMPARE_GE, COMPARE_LT, COMPARE_LE };
enum odata_function { FUNCTION_CONTAINS, FUNCTION_STARTS, FUNCTION_ENDS };

struct filter_node {
    enum node_kind kind;
    int left, right; /* of and, or, not */
    int column;
    enum odata_compare compare;
    enum odata_function function;
    bool is_null;
    char *literal; /* in the form in which the field keeps it */
};

struct odata_filter {
    const struct table *table;
    struct filter_node nodes[NODES_MAX];
    int count, root;
};

void odata_filter_free(struct odata_filter *filter)
{
    for (int i = 0; filter && i < filter->count; i++)
        free(filter->nodes[i].literal);
    free(filter);
}

/* --- parsing -------------------------------------------------------------------------------- */

struct filter_parser {
    struct odata_filter *filter;
    struct span whole, rest;
    struct odata_problem *problem;
    int depth;
};

static bool syntax_error(struct filter_parser *p)
{
    (void)snprintf(p->problem->code, sizeof p->problem->code, "-1002");
    (void)snprintf(p->problem->text, sizeof p->problem->text,
                   "Error: syntax error in URL at: '" SPAN_FORMAT "'",
                   SPAN_ARGS(span_first(p->rest, 100)));
    return false;
}

void odata_unknown_field(struct odata_problem *problem, struct span name)
{
    (void)snprintf(problem->code, sizeof problem->code, "8309");
    (void)snprintf(problem->text, sizeof problem->text,
                   "The field named '" SPAN_FORMAT "' does not exist in a specified table (9)",
                   SPAN_ARGS(span_first(name, 100)));
}

int odata_column(const struct table *table, struct span name)
{
    if (name.size >= 2 && name.at[0] == '"' && name.at[name.size - 1] == '"')
        name = span_first(span_from(name, 1), name.size - 2);
    if (span_is(name, "ROWID"))
        return ODATA_ROWID;
    if (span_is(name, "ROWMODID"))
        return ODATA_ROWMODID;
    return table_column(table, name);
}

static void blanks_skip(struct filter_parser *p)
{
    while (p->rest.size && p->rest.at[0] == ' ')
        p->rest = span_from(p->rest, 1);
}

static bool mark_take(struct filter_parser *p, char mark)
{
    blanks_skip(p);
    if (!p->rest.size || p->rest.at[0] != mark)
        return false;
    p->rest = span_from(p->rest, 1);
    return true;
}

/* A name, number or date up to a blank, comma or bracket; or all of a double-quoted name. */
static struct span word_peek(struct filter_parser *p)
{
    size_t size = 0;

    blanks_skip(p);
    if (p->rest.size && p->rest.at[0] == '"') {
        size = 1 + span_find(span_from(p->rest, 1), "\"");
        return span_first(p->rest, size + 1);
    }
    while (size < p->rest.size && !strchr(" ,()'", p->rest.at[size]) && p->rest.at[size])
        size++;
    return span_first(p->rest, size);
}

static bool word_take(struct filter_parser *p, const char *word)
{
    if (!span_is(word_peek(p), word))
        return false;
    p->rest = span_from(p->rest, strlen(word));
    return true;
}

/* 'it''s' */
static bool quoted_take(struct filter_parser *p, struct str *to)
{
    if (!mark_take(p, '\''))
        return false;
    while (p->rest.size) {
        char c = p->rest.at[0];

        p->rest = span_from(p->rest, 1);
        if (c == '\'') {
            if (!p->rest.size || p->rest.at[0] != '\'')
                return true;
            p->rest = span_from(p->rest, 1);
        }
        str_add_char(to, c);
    }
    return false;
}

static int node_add(struct filter_parser *p, struct filter_node node)
{
    if (p->filter->count == NODES_MAX) {
        free(node.literal);
        return -1;
    }
    p->filter->nodes[p->filter->count] = node;
    return p->filter->count++;
}

/* A literal in the form of the field: 2024-03-01T10:00:00Z becomes 03/01/2024 10:00:00. */
static char *literal_for(struct filter_parser *p, int column, struct span text)
{
    auto_str plain = STR_MAX(VALUE_MAX), kept = STR_MAX(VALUE_MAX);
    enum column_type type = COLUMN_NUMBER;

    if (column < ODATA_ROWID)
        type = table_plan(p->filter->table)->columns[column].type;
    str_add_span(&plain, text);
    if (type == COLUMN_TIMESTAMP || type == COLUMN_DATE) {
        for (size_t i = 0; i < plain.size; i++)
            if (plain.at[i] == 'T')
                plain.at[i] = ' ';
        if (span_ends(str_span(&plain), "Z"))
            str_cut(&plain, plain.size - 1);
    }
    if (type == COLUMN_CONTAINER || value_accept(type, str_span(&plain), DATES_ISO, &kept))
        return NULL;
    return str_take(&kept);
}

static bool literal_take(struct filter_parser *p, struct filter_node *node)
{
    auto_str text = STR_MAX(VALUE_MAX);
    struct span word;

    blanks_skip(p);
    if (p->rest.size && p->rest.at[0] == '\'') {
        if (!quoted_take(p, &text))
            return syntax_error(p);
    } else {
        word = word_peek(p);
        if (!word.size)
            return syntax_error(p);
        node->is_null = span_is(word, "null");
        if (span_is(word, "true") || span_is(word, "false"))
            str_add_text(&text, span_is(word, "true") ? "1" : "0");
        else
            str_add_span(&text, word);
        p->rest = span_from(p->rest, word.size);
    }
    if (node->is_null)
        return true;
    node->literal = literal_for(p, node->column, str_span(&text));
    return node->literal != NULL || syntax_error(p);
}

static bool column_take(struct filter_parser *p, struct filter_node *node)
{
    struct span word = word_peek(p);

    node->column = odata_column(p->filter->table, word);
    if (node->column < 0) {
        odata_unknown_field(p->problem, word);
        return false;
    }
    p->rest = span_from(p->rest, word.size);
    return true;
}

static bool compare_take(struct filter_parser *p, enum odata_compare *compare_r)
{
    static const char *const words[] = { "eq", "ne", "gt", "ge", "lt", "le" };

    for (enum odata_compare compare = COMPARE_EQ; compare <= COMPARE_LE; compare++) {
        if (word_take(p, words[compare])) {
            *compare_r = compare;
            return true;
        }
    }
    return syntax_error(p);
}

static bool function_take(struct filter_parser *p, enum odata_function *call_r)
{
    static const char *const words[] = { "contains", "startswith", "endswith" };

    for (enum odata_function call = FUNCTION_CONTAINS; call <= FUNCTION_ENDS; call++) {
        if (word_take(p, words[call])) {
            *call_r = call;
            return true;
        }
    }
    return false;
}

static int or_parse(struct filter_parser *p);

static int simple_parse(struct filter_parser *p)
{
    struct filter_node node = { .kind = NODE_COMPARE };

    if (function_take(p, &node.function)) {
        node.kind = NODE_CALL;
        if (!mark_take(p, '(') || !column_take(p, &node) || !mark_take(p, ',')
            || !literal_take(p, &node) || !mark_take(p, ')')) {
            free(node.literal);
            if (!p->problem->code[0])
                (void)syntax_error(p);
            return -1;
        }
        return node_add(p, node);
    }
    if (!column_take(p, &node) || !compare_take(p, &node.compare) || !literal_take(p, &node))
        return -1;
    return node_add(p, node);
}

static int unary_parse(struct filter_parser *p)
{
    int inside;

    if (++p->depth > DEPTH_MAX)
        return syntax_error(p) - 1;
    if (word_take(p, "not")) {
        inside = unary_parse(p);
        inside = inside < 0 ? -1
                            : node_add(p, (struct filter_node){ .kind = NODE_NOT, .left = inside });
    } else if (mark_take(p, '(')) {
        inside = or_parse(p);
        if (inside >= 0 && !mark_take(p, ')'))
            inside = syntax_error(p) - 1;
    } else {
        inside = simple_parse(p);
    }
    p->depth--;
    return inside;
}

static int and_parse(struct filter_parser *p)
{
    int left = unary_parse(p);

    while (left >= 0 && word_take(p, "and")) {
        int right = unary_parse(p);

        if (right < 0)
            return -1;
        left = node_add(p, (struct filter_node){ .kind = NODE_AND, .left = left, .right = right });
    }
    return left;
}

static int or_parse(struct filter_parser *p)
{
    int left = and_parse(p);

    while (left >= 0 && word_take(p, "or")) {
        int right = and_parse(p);

        if (right < 0)
            return -1;
        left = node_add(p, (struct filter_node){ .kind = NODE_OR, .left = left, .right = right });
    }
    return left;
}

bool odata_filter_read(struct span text, const struct table *table, struct odata_filter **filter_r,
                       struct odata_problem *problem)
{
    struct odata_filter *filter = mem_new(struct odata_filter);
    struct filter_parser p = { .filter = filter, .whole = text, .rest = text, .problem = problem };

    filter->table = table;
    filter->root = or_parse(&p);
    blanks_skip(&p);
    if (filter->root < 0 || p.rest.size) {
        if (!problem->code[0])
            (void)syntax_error(&p);
        odata_filter_free(filter);
        return false;
    }
    *filter_r = filter;
    return true;
}

/* --- asking --------------------------------------------------------------------------------- */

static void value_of(const struct odata_filter *filter, int column, uint64_t ordinal,
                     struct str *to)
{
    if (column == ODATA_ROWID)
        str_printf(to, "%ju", (uintmax_t)table_record_id(filter->table, ordinal));
    else if (column == ODATA_ROWMODID)
        str_printf(to, "%u", table_mod_id(filter->table, ordinal));
    else
        table_value(filter->table, ordinal, (unsigned)column, 1, to);
}

static int number_compare(struct span a, struct span b)
{
    auto_str x = STR_MAX(VALUE_MAX), y = STR_MAX(VALUE_MAX);

    if (!value_number(a, &x) || !value_number(b, &y))
        return 2;
    return value_decimal_compare(str_span(&x), str_span(&y));
}

/* -1, 0, 1; 2 if they do not compare. */
static int order_of(const struct odata_filter *filter, const struct filter_node *node,
                    struct span value)
{
    struct span literal = span_of(node->literal);
    enum column_type type = COLUMN_NUMBER;
    int64_t x, y;

    if (node->column < ODATA_ROWID)
        type = table_plan(filter->table)->columns[node->column].type;
    switch (type) {
    case COLUMN_NUMBER:
        return number_compare(value, literal);
    case COLUMN_DATE:
    case COLUMN_TIME:
    case COLUMN_TIMESTAMP:
        if (!value_seconds(type, value, &x) || !value_seconds(type, literal, &y))
            return 2;
        return (x > y) - (x < y);
    case COLUMN_TEXT:
    case COLUMN_CONTAINER:
        return span_equal(value, literal) ? 0 : value_text_compare(value, literal) < 0 ? -1 : 1;
    }
    abort();
}

static bool compare_holds(const struct odata_filter *filter, const struct filter_node *node,
                          struct span value)
{
    int order;

    if (node->is_null || !value.size) {
        bool same = node->is_null && !value.size;

        return node->compare == COMPARE_EQ   ? same
               : node->compare == COMPARE_NE ? !same && (node->is_null || value.size)
                                             : false;
    }
    order = order_of(filter, node, value);
    if (order == 2)
        return false;
    switch (node->compare) {
    case COMPARE_EQ:
        return order == 0;
    case COMPARE_NE:
        return order != 0;
    case COMPARE_GT:
        return order > 0;
    case COMPARE_GE:
        return order >= 0;
    case COMPARE_LT:
        return order < 0;
    case COMPARE_LE:
        return order <= 0;
    }
    abort();
}

static bool function_holds(const struct filter_node *node, struct span value)
{
    if (node->is_null)
        return false;
    switch (node->function) {
    case FUNCTION_CONTAINS:
        return !*node->literal || span_find(value, node->literal) < value.size;
    case FUNCTION_STARTS:
        return span_starts(value, node->literal);
    case FUNCTION_ENDS:
        return span_ends(value, node->literal);
    }
    abort();
}

static bool node_holds(const struct odata_filter *filter, int index, uint64_t ordinal)
{
    const struct filter_node *node = &filter->nodes[index];
    auto_str value = STR_MAX(VALUE_MAX);

    switch (node->kind) {
    case NODE_AND:
        return node_holds(filter, node->left, ordinal) && node_holds(filter, node->right, ordinal);
    case NODE_OR:
        return node_holds(filter, node->left, ordinal) || node_holds(filter, node->right, ordinal);
    case NODE_NOT:
        return !node_holds(filter, node->left, ordinal);
    case NODE_COMPARE:
        value_of(filter, node->column, ordinal, &value);
        return compare_holds(filter, node, str_span(&value));
    case NODE_CALL:
        value_of(filter, node->column, ordinal, &value);
        return function_holds(node, str_span(&value));
    }
    abort();
}

bool odata_filter_keeps(const struct odata_filter *filter, uint64_t ordinal)
{
    return node_holds(filter, filter->root, ordinal);
}
