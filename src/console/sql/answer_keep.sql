-- Keeps the answer to a key that was claimed. $1 who, $2 key, $3 status, $4 body
update fmferry_answer set status = $3, body = $4 where who = $1 and key = $2
