-- Ends the sessions of an account. $1 account, $2 the one that stays, $3 now, $4 why
update fmferry_session set ended_us = $3, why = $4
 where account = $1 and session <> $2 and ended_us is null
