-- Notes that the mark in the record counts. $1 source, $2 record_id, $3 now, $4 mark, $5 mod_id.
insert into fmferry_reaction (source, record_id, mark, is_ours, rise, mod_id, same, times, at_us,
                              kept_us)
values ($1, $2, $4, 1, 0, $5, 1, 0, $3, $3)
on conflict (source, record_id) do update set times = 0, kept_us = excluded.kept_us
