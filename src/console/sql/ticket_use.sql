-- Uses a ticket. $1 the hash of its code, $2 now
update fmferry_ticket set used_us = $2 where hash = $1 and used_us is null and until_us > $2
