-- What was answered to a key. $1 who, $2 key
select request, status, body from fmferry_answer where who = $1 and key = $2
