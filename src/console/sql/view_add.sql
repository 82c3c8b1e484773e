-- Adds an entry to the view log. $1 watch, $2 number, $3 time, $4 account, $5 token, $6 session, $7 address, $8 what,
-- $9 outcome, $10 row, $11 patient, $12 document, $13 detail, $14 hash
insert into fmferry_view (watch, seq, at_us, account, token, session, address, what, outcome, row, patient, document,
                          detail, hash)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
