-- Notes that password and code were given again. $1 session, $2 now
update fmferry_session set proved_us = $2 where session = $1
