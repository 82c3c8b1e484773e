-- One document, whatever its state. $1 source, $2 document.
-- Columns: document, epoch, state, class, type, held.
select document, epoch, state, class, type, case when run is null then 0 else 1 end
  from fmferry_document
 where source = $1 and document = $2
