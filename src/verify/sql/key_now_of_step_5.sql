-- As key_now.sql, for a ledger that has not been upgraded yet and has no numbers for keys. $1 key,
-- $2 any number. Columns: count.
select count(*) from fmferry_version where key = $1 and cast($2 as bigint) is not null
