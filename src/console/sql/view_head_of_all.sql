-- The newest entry of the newest chain
select watch, seq, hash from fmferry_view order by watch desc, seq desc limit 1
