-- Evidence. $1 document, $2 run, $3 now, $4 step, $5 class, $6 kind, $7 http status,
-- $8 filemaker code, $9 bytes, $10 message.
insert into fmferry_attempt (document, number, run, at_us, step, class, kind, http_status,
                             filemaker_code, bytes, message)
select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10
  from fmferry_attempt where document = $1
