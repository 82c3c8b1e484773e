-- Forgets what the documents of a source failed with. $1 source.
delete from fmferry_last_failure
 where document in (select document from fmferry_document where source = $1)
