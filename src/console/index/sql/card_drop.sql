-- A document that may not be shown. $1 document.
delete from card where document = $1
