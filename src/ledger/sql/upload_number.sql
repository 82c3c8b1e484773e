-- The number of a document that has just been added. $1 source, $2 identity. Columns: document.
select document from fmferry_document
 where source = $1 and identity = $2 and container = '' and repetition = 1
