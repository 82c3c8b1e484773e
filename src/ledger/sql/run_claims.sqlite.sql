-- The documents that a run holds. $1 run. Columns: document, state, epoch, type, link, size.
select document, state, epoch, type, link, size from fmferry_document where run = $1
