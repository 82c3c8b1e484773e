-- Ends a session. $1 session, $2 now, $3 why
update fmferry_session set ended_us = $2, why = $3 where session = $1 and ended_us is null
