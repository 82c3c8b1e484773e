-- The newest census. $1 source. Columns: number, started_us, closed_us, records, found, witness.
select number, started_us, closed_us, records, found, witness
  from fmferry_census where source = $1 order by number desc limit 1
