-- Notes what is wrong with a document. $1 document, $2 kind, $3 words, $4 run, $5 now.
insert into fmferry_finding (document, kind, words, by_run, at_us) values ($1, $2, $3, $4, $5)
on conflict (document) do update
   set kind = excluded.kind, words = excluded.words, by_run = excluded.by_run, at_us = excluded.at_us
