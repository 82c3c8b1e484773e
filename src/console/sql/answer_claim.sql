-- Claims a key for a request. $1 who, $2 key, $3 the request's hash, $4 now
insert into fmferry_answer (who, key, request, status, body, at_us) values ($1, $2, $3, 0, '', $4)
on conflict (who, key) do nothing
