-- Closes a census. $1 source, $2 number, $3 now, $4 records, $5 found, $6 the independent count.
update fmferry_census set ended_us = $3, closed_us = $3, records = $4, found = $5, witness = $6
 where source = $1 and number = $2
