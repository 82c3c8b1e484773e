/* Aborts the unfinished uploads of a key for good. Private to store/s3/. */
#pragma once

#include "store/s3/inside.h"

/* Aborts an upload until the server knows nothing of it. */
must_check bool s3_upload_abort(struct s3_client *client, const char *key, const char *upload_id,
                                struct err *err);

/* Aborts every upload of a key, even one that is not ours: the key's document is ours alone. */
must_check bool s3_uploads_abort(struct s3_client *client, const char *key, struct err *err);
