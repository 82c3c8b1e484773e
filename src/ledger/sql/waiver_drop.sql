-- Takes a waiver back. $1 document.
delete from fmferry_waiver where document = $1
