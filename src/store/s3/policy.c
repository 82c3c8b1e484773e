/* Writes the policy: rights on the objects below the prefix, and on the bucket. */
#include "store/s3/policy.h"

#include "store/s3/endpoint.h"
#include "json/writer.h"

static void texts_write(struct json_writer *w, const char *name, const char *const *texts)
{
    json_name(w, name);
    json_open_array(w);
    for (; *texts; texts++)
        json_write_text(w, *texts);
    json_close_array(w);
}

static void arn_add(struct str *to, const struct s3_endpoint *place, const char *rest)
{
    str_printf(to, "arn:aws:s3:::%s%s", place->bucket, rest);
}

static void open_statement(struct json_writer *w, const char *sid)
{
    json_open_object(w);
    json_member_text(w, "Sid", sid);
    json_member_text(w, "Effect", "Allow");
}

static void objects_write(struct json_writer *w, const struct s3_endpoint *place, const char *sid,
                          const char *const *actions)
{
    auto_str arn = STR_MAX(KIB(2));

    arn_add(&arn, place, "/");
    str_printf(&arn, "%s*", place->prefix);
    open_statement(w, sid);
    texts_write(w, "Action", actions);
    json_member_text(w, "Resource", str_text(&arn));
    json_close_object(w);
}

/*
 * The right to list is not bound to the prefix: a question about one key names no prefix, and
 * without this right S3 answers "forbidden" instead of "not there".
 */
static void bucket_write(struct json_writer *w, const struct s3_endpoint *place)
{
    static const char *const actions[] = { "s3:ListBucket", "s3:ListBucketMultipartUploads",
                                           "s3:GetBucketVersioning",
                                           "s3:GetBucketObjectLockConfiguration", NULL };
    auto_str arn = STR_MAX(KIB(2));

    arn_add(&arn, place, "");
    open_statement(w, "Bucket");
    texts_write(w, "Action", actions);
    json_member_text(w, "Resource", str_text(&arn));
    json_close_object(w);
}

static void key_write(struct json_writer *w, const char *kms_key)
{
    static const char *const actions[] = { "kms:GenerateDataKey", "kms:Decrypt", NULL };

    open_statement(w, "Key");
    texts_write(w, "Action", actions);
    json_member_text(w, "Resource", kms_key);
    json_close_object(w);
}

static void policy_write(struct json_writer *w, const struct store_settings *settings,
                         const struct s3_endpoint *place, enum store_policy policy)
{
    static const char *const move[] = { "s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload",
                                        "s3:ListMultipartUploadParts", NULL };
    static const char *const tag[] = { "s3:PutObjectTagging", NULL };
    static const char *const lock[] = { "s3:PutObjectRetention", "s3:PutObjectLegalHold", NULL };
    static const char *const remove[] = { "s3:DeleteObject", NULL };

    json_open_object(w);
    json_member_text(w, "Version", "2012-10-17");
    json_name(w, "Statement");
    json_open_array(w);
    bucket_write(w, place);
    objects_write(w, place, "Move", move);
    if (settings->tags && *settings->tags)
        objects_write(w, place, "Tag", tag);
    if (settings->object_lock && *settings->object_lock)
        objects_write(w, place, "Lock", lock);
    if (policy == STORE_POLICY_LINK)
        objects_write(w, place, "Link", remove);
    if (settings->kms_key && *settings->kms_key)
        key_write(w, settings->kms_key);
    json_close_array(w);
    json_close_object(w);
}

bool store_policy(const struct store_settings *settings, enum store_policy policy, struct str *to,
                  struct err *err)
{
    struct json_writer w = JSON_WRITER(to);
    struct s3_endpoint place;

    if (!span_starts(span_of(settings->url), "s3://"))
        return err_set(err, ERR_USAGE, 0, "policies are for buckets, and [store] url is '%.128s'",
                       settings->url);
    if (!s3_endpoint_read(settings->url, settings->endpoint, settings->addressing, &place, err))
        return false;
    policy_write(&w, settings, &place, policy);
    s3_endpoint_clear(&place);
    return true;
}
