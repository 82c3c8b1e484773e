-- Gives a claimed key back. $1 who, $2 key
delete from fmferry_answer where who = $1 and key = $2 and status = 0
