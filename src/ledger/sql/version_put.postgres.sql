-- As for SQLite.
insert into fmferry_version (document, number, epoch, state, key, sha256, size, mime, upload_id,
                             mod_id, mark, at_us, patient, mark_stood, key_number)
values ($1, $2, $3, 'intended', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
on conflict (document, number) do update
   set epoch = excluded.epoch, key = excluded.key, sha256 = excluded.sha256, size = excluded.size,
       mime = excluded.mime, upload_id = excluded.upload_id, mod_id = excluded.mod_id,
       mark = excluded.mark, at_us = excluded.at_us, patient = excluded.patient,
       mark_stood = excluded.mark_stood, key_number = excluded.key_number
