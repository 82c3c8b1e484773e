-- Announces a mark that is about to be written. $1 source, $2 record_id, $3 mod_id, $4 now.
insert into fmferry_edit (source, record_id, mod_id, at_us) values ($1, $2, $3, $4)
on conflict (source, record_id, mod_id) do update set at_us = excluded.at_us
