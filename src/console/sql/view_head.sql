-- The newest entry of a chain. $1 watch
select watch, seq, hash from fmferry_view where watch = $1 order by seq desc limit 1
