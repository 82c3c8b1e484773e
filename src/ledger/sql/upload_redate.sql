-- An upload has another day. $1 document, $2 day or ''.
update fmferry_upload set day = $2 where document = $1
