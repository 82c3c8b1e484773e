-- How many tokens are good. $1 now
select count(*) from fmferry_token where ended_us is null and until_us > $1
