-- Begins a census. $1 source, $2 run, $3 now. Columns: number; none if another begins just now.
insert into fmferry_census (source, number, run, started_us)
select $1, coalesce(max(number), 0) + 1, $2, $3 from fmferry_census where source = $1
on conflict do nothing
returning number
