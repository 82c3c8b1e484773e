-- The rows of one source, and how many of them hold all fields as they came. $1 source's name.
-- Columns: rows, with_fields, dated, linked.
select count(*), count(filemaker_metadata ->> 'fields'), count(document_date), count(object_id)
  from documents_document where filemaker_metadata ->> 'source' = $1
