-- A person accepts the bytes that came last for a document. $1 document, $2 now, $3 who, $4 reason.
update fmferry_refused set accepted_us = $2, who = $3, reason = $4
 where document = $1
   and at_us = (select max(r.at_us) from fmferry_refused r where r.document = $1)
