-- Every document of the application that came from FileMaker. Columns: id, object_id, file_name,
-- mime_type, s3_key, category, uploaded_by, uploaded_at, document_date, is_active, filemaker_id,
-- filemaker_metadata.
select cast(id as text), cast(object_id as text), file_name, mime_type, s3_key, category,
       uploaded_by, cast(uploaded_at as text), cast(document_date as text),
       case when is_active then 1 else 0 end, cast(filemaker_id as text),
       cast(filemaker_metadata as text)
  from documents_document where filemaker_metadata is not null order by id
