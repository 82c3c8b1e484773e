-- As for SQLite; a run is late when its lease has run out by the clock of the database. While the
-- database was down nobody could renew anything, so that time does not count.
select run, machine, host,
       clock_timestamp() > greatest(to_timestamp(lease_us / 1e6),
                                    pg_postmaster_start_time() + $3 * interval '1 microsecond'),
       pid
  from fmferry_run
 where source = $1 and ended_us is null and run <> $2 order by run
