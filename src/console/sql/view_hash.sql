-- The hash of one entry. $1 watch, $2 its number
select hash from fmferry_view where watch = $1 and seq = $2
