-- Notes what was sent. $1 document, $2 patient, $3 name, $4 day, $5 SHA-256, $6 size, $7 mime, $8 who, $9 now.
insert into fmferry_upload (document, patient, name, day, sha256, size, mime, who, at_us)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (document) do update
   set patient = excluded.patient, name = excluded.name, day = excluded.day, sha256 = excluded.sha256,
       size = excluded.size, mime = excluded.mime, who = excluded.who, at_us = excluded.at_us
