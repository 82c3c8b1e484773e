-- Whether a document is in doubt. $1 its row's id. Columns: how often.
select count(*) from fmferry_doubt where id = $1
