-- Notes a waiver: the person who accepted a loss, and the reason. $1 document, $2 now,
-- $3 who, $4 reason.
insert into fmferry_waiver (document, at_us, who, reason) values ($1, $2, $3, $4)
on conflict (document) do update
   set at_us = excluded.at_us, who = excluded.who, reason = excluded.reason
