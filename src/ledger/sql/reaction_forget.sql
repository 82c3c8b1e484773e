-- Counts the reactions to the mark of a document's record anew: a person has mended their cause. The
-- mark that was found stays, because it may still be in the record. $1 source, $2 document.
update fmferry_reaction set times = 0, same = 0
 where source = $1 and record_id in (select record_id from fmferry_document where document = $2)
