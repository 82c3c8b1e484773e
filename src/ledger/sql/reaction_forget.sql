-- A person has mended what answered the mark of a document's record: it is counted anew. What stood
-- there is remembered, because it may stand there still. $1 source, $2 document.
update fmferry_reaction set times = 0, same = 0
 where source = $1 and record_id in (select record_id from fmferry_document where document = $2)
