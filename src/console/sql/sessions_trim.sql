-- Ends the oldest sessions of an account. $1 account, $2 how many may stay, $3 now
update fmferry_session set ended_us = $3, why = 'one more'
 where account = $1 and ended_us is null
   and session not in (select session from fmferry_session where account = $1 and ended_us is null
                        order by session desc limit $2)
