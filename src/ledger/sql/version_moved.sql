-- What came of a version that was put at another key, and its imprint. $1 document, $2 number, $3 state,
-- $4 imprint or null.
update fmferry_version set state = $3, imprint = $4 where document = $1 and number = $2
