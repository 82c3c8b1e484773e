-- A document's row, made or brought up to date; what people may have changed in the application
-- stays: is_active, description, tags. $1 id, $2 content_type_id, $3 object_id, $4 file_name,
-- $5 original_name, $6 file_size, $7 mime_type, $8 s3_bucket, $9 s3_key, $10 s3_url, $11 category,
-- $12 uploaded_by, $13 now, $14 document_date, $15 filemaker_id, $16 filemaker_metadata.
insert into documents_document (id, content_type_id, object_id, file_name, original_name, file_size,
                                mime_type, s3_bucket, s3_key, s3_url, category, description, tags,
                                uploaded_by, uploaded_at, updated_at, document_date, is_active,
                                filemaker_id, filemaker_metadata)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', '[]', $12, $13, $13, $14, true, $15, $16)
on conflict (id) do update
   set content_type_id = excluded.content_type_id, object_id = excluded.object_id,
       file_name = excluded.file_name, original_name = excluded.original_name,
       file_size = excluded.file_size, mime_type = excluded.mime_type,
       s3_bucket = excluded.s3_bucket, s3_key = excluded.s3_key, s3_url = excluded.s3_url,
       category = excluded.category, uploaded_by = excluded.uploaded_by,
       updated_at = excluded.updated_at, document_date = excluded.document_date,
       filemaker_metadata = excluded.filemaker_metadata
