-- Ends a token that is good. $1 token, $2 now
update fmferry_token set ended_us = $2 where token = $1 and ended_us is null and until_us > $2
