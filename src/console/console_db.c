/* Lends the one connection to the console's database. */
#include "console/console_db.h"

#include "base/mem.h"
#include "console/console_sql.h"

#include <pthread.h>

struct console_db {
    pthread_mutex_t lock;
    struct sql *sql;
};

bool console_db_open(const char *url, const struct cancel *cancel, struct console_db **db_r,
                     struct err *err)
{
    struct console_db *db = mem_new(struct console_db);

    (void)pthread_mutex_init(&db->lock, NULL);
    if (!sql_open(url, cancel, &db->sql, err)
        || !sql_upgrade(db->sql, "console", CONSOLE_SCHEMA, err)) {
        console_db_close(db);
        return err_ctx(err, "the console's database");
    }
    *db_r = db;
    return true;
}

void console_db_close(struct console_db *db)
{
    if (!db)
        return;
    sql_close(db->sql);
    (void)pthread_mutex_destroy(&db->lock);
    free(db);
}

/* A server may have ended a connection on which nobody spoke; it is asked, and dialled again. */
static bool still_there(struct sql *sql, struct err *err)
{
    int64_t one;

    return sql_kind_of(sql) == SQL_SQLITE
           || sql_number(sql, &CONSOLE_PING, SQL_NO_ARGS, 0, &one, err) || sql_reconnect(sql, err);
}

bool console_db_borrow(struct console_db *db, struct console_db_lent *lent, struct err *err)
{
    (void)pthread_mutex_lock(&db->lock);
    if (!still_there(db->sql, err)) {
        (void)pthread_mutex_unlock(&db->lock);
        return err_ctx(err, "the console's database");
    }
    *lent = (struct console_db_lent){ db, db->sql };
    return true;
}

void auto_lent_cleanup(struct console_db_lent *lent)
{
    if (lent->db)
        (void)pthread_mutex_unlock(&lent->db->lock);
}
