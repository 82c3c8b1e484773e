-- When a run wrote the last entry of its chain. $1 run. Columns: at_us.
select at_us from fmferry_audit where run = $1 order by seq desc limit 1
