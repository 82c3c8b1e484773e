-- Writes an intent. $1 document, $2 number, $3 epoch, $4 key, $5 sha256, $6 size, $7 mime,
-- $8 upload_id, $9 mod_id, $10 mark, $11 now, $12 patient, $13 mark_stood.
insert into fmferry_version (document, number, epoch, state, key, sha256, size, mime, upload_id,
                             mod_id, mark, at_us, patient, mark_stood)
values ($1, $2, $3, 'intended', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (document, number) do update
   set epoch = excluded.epoch, key = excluded.key, sha256 = excluded.sha256, size = excluded.size,
       mime = excluded.mime, upload_id = excluded.upload_id, mod_id = excluded.mod_id,
       mark = excluded.mark, at_us = excluded.at_us, patient = excluded.patient,
       mark_stood = excluded.mark_stood
