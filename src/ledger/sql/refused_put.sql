-- Notes or counts bytes that were refused. $1 document, $2 sha256, $3 size, $4 class, $5 now.
insert into fmferry_refused (document, sha256, size, class, readings, at_us)
values ($1, $2, $3, $4, 1, $5)
on conflict (document, sha256) do update
   set readings = fmferry_refused.readings + 1, class = excluded.class, at_us = excluded.at_us
