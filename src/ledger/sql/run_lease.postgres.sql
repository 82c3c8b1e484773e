-- As for SQLite, by the clock of the database.
update fmferry_run
   set lease_us = cast(extract(epoch from clock_timestamp()) * 1000000 as bigint) + $2
 where run = $1 and ended_us is null
