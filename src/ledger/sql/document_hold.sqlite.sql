-- Holds a document until the change ends, if it is still ours; with SQLite only one writes anyway.
-- $1 document, $2 epoch, $3 run, $4 state. Columns: document.
select document from fmferry_document
 where document = $1 and epoch = $2 and run = $3 and state = $4
