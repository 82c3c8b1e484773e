-- The documents of a record that no run holds. $1 source, $2 record_id.
-- Columns: document, state, epoch, type, link, size, class.
select document, state, epoch, type, link, size, class from fmferry_document
 where source = $1 and record_id = $2 and run is null and state <> 'gone'
