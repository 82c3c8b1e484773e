-- Older stored versions give way to a newer one. $1 document, $2 the newer one's number.
update fmferry_version set state = 'superseded'
 where document = $1 and number <> $2 and state = 'stored'
