-- A new ticket of a kind makes those before it useless. $1 account, $2 kind, $3 now
update fmferry_ticket set used_us = $3 where account = $1 and kind = $2 and used_us is null
