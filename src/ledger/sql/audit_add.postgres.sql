-- As for SQLite; the evidence is written out.
insert into fmferry_audit (run, seq, at_us, document, epoch, before, after, evidence, hash)
values ($1, $2, $3, $4, $5, $6, $7,
        coalesce(encode(cast($9 as bytea), 'hex') || ' ' || cast($10 as bigint) || ' bytes sha256 '
                     || encode(cast($11 as bytea), 'hex') || ' modId ' || cast($12 as bigint),
                 'marked, modId ' || cast($12 as bigint), '')
            || cast($8 as text),
        $13)
