-- The newest census that came to its end. $1 source. Columns: closed_us, records, found, witness.
select closed_us, records, found, witness
  from fmferry_census where source = $1 and closed_us is not null order by number desc limit 1
