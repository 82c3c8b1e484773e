-- Writes an intent. $1 document, $2 number, $3 epoch, $4 key, $5 sha256, $6 size, $7 mime,
-- $8 upload_id, $9 mod_id, $10 mark, $11 now, $12 patient, $13 mark_stood, $14 the key's number.
insert into fmferry_version (document, number, epoch, state, key, sha256, size, kind, upload_id,
                             mod_id, mark, at_us, patient, mark_stood, key_number)
values ($1, $2, $3, 'intended', $4, $5, $6,
        case $7 when 'application/pdf' then 0 else $7 end, $8, $9, $10, $11, $12, $13, $14)
on conflict (document, number) do update
   set epoch = excluded.epoch, key = excluded.key, sha256 = excluded.sha256, size = excluded.size,
       kind = excluded.kind, upload_id = excluded.upload_id, mod_id = excluded.mod_id,
       mark = excluded.mark, at_us = excluded.at_us, patient = excluded.patient,
       mark_stood = excluded.mark_stood, key_number = excluded.key_number
