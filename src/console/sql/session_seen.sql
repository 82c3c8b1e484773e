-- Notes a sign of a person. $1 session, $2 now
update fmferry_session set seen_us = $2 where session = $1 and seen_us < $2
