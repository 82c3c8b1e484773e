-- As for SQLite.
select document from fmferry_document
 where document = $1 and epoch = $2 and run = $3 and state = $4
   for no key update
