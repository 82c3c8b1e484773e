-- Forgets what a document failed with. $1 document.
delete from fmferry_last_failure where document = $1
