-- Points a document's row to another patient and key. $1 id, $2 content_type_id, $3 object_id,
-- $4 s3_bucket, $5 s3_key, $6 now.
update documents_document
   set content_type_id = $2, object_id = $3, s3_bucket = $4, s3_key = $5, updated_at = $6
 where id = $1
