-- The newest census, and whether its run goes on. $1 source. Columns: number, run, started_us,
-- ended_us, closed_us, run_ended_us.
select c.number, c.run, c.started_us, c.ended_us, c.closed_us, r.ended_us
  from fmferry_census c join fmferry_run r on r.run = c.run
 where c.source = $1 order by c.number desc limit 1
