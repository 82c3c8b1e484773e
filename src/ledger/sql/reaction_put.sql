-- Notes how a record was found after its mark was written. $1 source, $2 record_id, $3 mark,
-- $4 is_ours, $5 rise, $6 mod_id, $7 now.
insert into fmferry_reaction (source, record_id, mark, is_ours, rise, mod_id, same, times, at_us)
values ($1, $2, $3, $4, $5, $6, 1, 1, $7)
on conflict (source, record_id) do update
   set same = case when fmferry_reaction.rise = excluded.rise
                    and fmferry_reaction.is_ours = excluded.is_ours
                   then fmferry_reaction.same + 1 else 1 end,
       mark = excluded.mark, is_ours = excluded.is_ours, rise = excluded.rise,
       mod_id = excluded.mod_id, times = fmferry_reaction.times + 1, at_us = excluded.at_us,
       kept_us = null
