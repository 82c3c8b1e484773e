-- Every row of the application's documents. Columns: id, object_id, s3_key, file_size, filemaker_id,
-- filemaker_metadata.
select cast(id as text), cast(object_id as text), s3_key, file_size, cast(filemaker_id as text),
       cast(filemaker_metadata as text)
  from documents_document
