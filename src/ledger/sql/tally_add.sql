-- Moves a tally. $1 source, $2 run, $3 state, $4 class, $5 type, $6 link, $7 documents, $8 bytes.
insert into fmferry_tally (source, run, state, class, type, link, documents, bytes)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (source, run, state, class, type, link) do update
   set documents = fmferry_tally.documents + excluded.documents,
       bytes = fmferry_tally.bytes + excluded.bytes
