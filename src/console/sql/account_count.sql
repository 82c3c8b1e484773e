-- How many who can log in have a role. $1 the role, $2 an account that does not count
select count(*) from fmferry_account
 where ' ' || roles || ' ' like '% ' || $1 || ' %' and account <> $2
   and disabled_us is null and password is not null
