-- Keeps the print of the application's row as we left it. $1 document, $2 number, $3 the print or null.
update fmferry_version set row_print = $3 where document = $1 and number = $2
