-- The audit chain of a run, in its order. $1 run. Columns: at_us, document, before, after.
select at_us, coalesce(document, 0), before, after
  from fmferry_audit where run = $1 order by seq
