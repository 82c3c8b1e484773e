-- Keeps that somebody took the migration for complete. $1 source, $2 run, $3 now, $4 who, $5 statement,
-- $6 reason, $7 exceptions, $8 figures, $9 digest, $10 verified, $11 certificate. Columns: number.
insert into fmferry_signoff (source, run, at_us, who, statement, reason, exceptions, figures, digest,
                             verified, certificate)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning number
