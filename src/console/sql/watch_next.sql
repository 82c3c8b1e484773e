-- The next watch, and when it ended. $1 the one before
select watch, ended_us from fmferry_watch where watch > $1 order by watch limit 1
