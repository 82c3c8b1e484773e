-- Sets the state of a version. $1 document, $2 number, $3 state.
update fmferry_version set state = $3 where document = $1 and number = $2
