-- When an entry of a chain was written. $1 run, $2 seq.
select at_us from fmferry_audit where run = $1 and seq = $2
