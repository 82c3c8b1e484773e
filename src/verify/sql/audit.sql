-- A run's audit chain. $1 run. Columns: seq, at_us, document, epoch, before, after, evidence, hash.
select seq, at_us, coalesce(document, 0), epoch, before, after, evidence, hash
  from fmferry_audit where run = $1 order by seq
