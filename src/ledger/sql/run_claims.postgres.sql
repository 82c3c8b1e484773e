-- As for SQLite; what the run may still be writing is waited for.
select document, state, epoch, type, link, size from fmferry_document where run = $1
 order by document for update
