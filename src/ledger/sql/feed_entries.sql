-- The documents that the entries of a run's chain are about. $1 run, $2 behind this entry, $3 limit.
-- Columns: entry, document.
select seq, document from fmferry_audit where run = $1 and seq > $2 order by seq limit $3
