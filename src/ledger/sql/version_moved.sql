-- Sets the state and the imprint of a version that was put under another key. $1 document,
-- $2 number, $3 state, $4 imprint or null.
update fmferry_version set state = $3, imprint = $4 where document = $1 and number = $2
