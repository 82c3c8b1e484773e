-- Forgets an intent under which nothing was put. $1 document, $2 number.
delete from fmferry_version where document = $1 and number = $2 and state = 'intended'
