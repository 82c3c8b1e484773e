-- The number of a chain's last entry. $1 run.
select max(seq) from fmferry_audit where run = $1
