-- Marks a document as gone, unless something happened to it since we read it. $1 document,
-- $2 now, $3 the epoch and $4 the state that we read.
update fmferry_document set state = 'gone', class = '', due_us = 0, changed_us = $2
 where document = $1 and epoch = $3 and state = $4 and run is null
