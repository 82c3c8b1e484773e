-- What came of reading a document's words. $1 document, $2 shape, $3 tries, $4 not before.
update reading set shape = $2, tries = $3, due_us = $4 where document = $1
