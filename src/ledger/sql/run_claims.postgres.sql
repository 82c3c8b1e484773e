-- As for SQLite; it waits for changes that the run may still be writing.
select document, state, epoch, type, link, size from fmferry_document where run = $1
 order by document for update
