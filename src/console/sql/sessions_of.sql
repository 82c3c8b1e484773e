-- The sessions of an account that have not ended, newest first. $1 account
select session, address, agent, begun_us, seen_us from fmferry_session
 where account = $1 and ended_us is null order by session desc
