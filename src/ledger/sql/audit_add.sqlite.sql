-- An entry of a run's chain. $1 run, $2 seq, $3 now, $4 document or null, $5 epoch, $6 before,
-- $7 after, $8 what its evidence says beside the following, which may be null: $9 the digest of a
-- version's key, $10 its size, $11 sha256, $12 its mod_id, or that of a mark alone; $13 hash.
insert into fmferry_audit (run, seq, at_us, document, epoch, was, became, words, key_digest, size,
                           sha256, mod_id, hash)
values ($1, $2, $3, $4, $5,
        case $6 when 'waiting' then 0 when 'claimed' then 1 when 'stored' then 2
                when 'done' then 3 when 'failed' then 4 else $6 end,
        case $7 when 'waiting' then 0 when 'claimed' then 1 when 'stored' then 2
                when 'done' then 3 when 'failed' then 4 else $7 end,
        $8, $9, $10, $11, $12, $13)
