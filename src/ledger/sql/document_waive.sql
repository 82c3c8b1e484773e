-- waiting or failed to waived. $1 document, $2 now.
update fmferry_document set state = 'waived', changed_us = $2
 where document = $1 and run is null and state in ('waiting', 'failed')
