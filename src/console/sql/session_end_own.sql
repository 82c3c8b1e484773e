-- Ends a session of an account. $1 session, $2 account, $3 now, $4 why
update fmferry_session set ended_us = $3, why = $4
 where session = $1 and account = $2 and ended_us is null
