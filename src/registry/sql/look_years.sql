-- The rows of one source by the year of the document's date. $1 source's name. Columns: year, rows.
select substr(cast(document_date as text), 1, 4), count(*)
  from documents_document
 where filemaker_metadata ->> 'source' = $1 and document_date is not null
 group by 1 order by 1
