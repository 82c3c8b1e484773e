/*
 * The handlers, by the file that has them: each answers one kind of request. They run on the thread
 * of the connection, with nothing locked; the answer begins as an empty 200.
 */
#pragma once

#include "sim/api/call.h"

/* sim/api/handle_session.c */
void handle_login(struct sim *sim, struct request *request, struct answer *answer);
void handle_logout(struct sim *sim, struct request *request, struct answer *answer);
void handle_validate(struct sim *sim, struct request *request, struct answer *answer);
void handle_product_info(struct sim *sim, struct request *request, struct answer *answer);
void handle_databases(struct sim *sim, struct request *request, struct answer *answer);

/* sim/api/handle_layout.c */
void handle_layouts(struct call *call);
void handle_layout(struct call *call);
void handle_scripts(struct call *call);

/* sim/api/handle_read.c */
void handle_list(struct call *call);
void handle_get(struct call *call);
void handle_find(struct call *call);

/* sim/api/handle_write.c */
void handle_create(struct call *call);
void handle_patch(struct call *call);
void handle_duplicate(struct call *call);
void handle_delete(struct call *call);

/* sim/api/handle_upload.c */
void handle_upload(struct call *call);
void handle_globals(struct call *call);
void handle_script(struct call *call);

/* sim/api/handle_odata.c */
void handle_odata(struct sim *sim, struct request *request, struct answer *answer);

/* sim/api/handle_claris.c */
void handle_claris(struct sim *sim, struct request *request, struct answer *answer);

/* sim/api/handle_status.c */
void handle_status(struct sim *sim, struct request *request, struct answer *answer);

/* sim/api/handle_stream.c */
void handle_stream(struct sim *sim, struct request *request, struct answer *answer);
