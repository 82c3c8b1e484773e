-- Documents that are not gone, by record. $1 source, $2 the last record of the page before,
-- $3 its last document, $4 how many at most. Columns: record_id, document.
select record_id, document from fmferry_document
 where source = $1 and (record_id, document) > ($2, $3) and state <> 'gone'
 order by record_id, document
 limit $4
