-- The account of a name. $1 the name, in lower case
select account from fmferry_account where name = $1
