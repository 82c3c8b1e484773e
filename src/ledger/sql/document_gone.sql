-- A document whose record is gone. $1 document, $2 now.
update fmferry_document set state = 'gone', class = '', due_us = 0, changed_us = $2
 where document = $1 and run is null
