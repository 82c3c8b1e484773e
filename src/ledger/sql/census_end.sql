-- Ends a census that could not be closed. $1 source, $2 number, $3 now.
update fmferry_census set ended_us = $3 where source = $1 and number = $2 and ended_us is null
