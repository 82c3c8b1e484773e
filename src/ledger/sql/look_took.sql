-- How long a run took for documents that became done lately, each from its claim: among its newest entries of the
-- audit chain. $1 run, $2 how many entries at most, $3 done not before. Columns: documents, microseconds of all together.
with recent as (select at_us, after, document from fmferry_audit where run = $1 order by seq desc limit $2),
     done as (select document, max(at_us) as at_us from recent where after = 'done' group by document),
     claimed as (select document, max(at_us) as at_us from recent where after = 'claimed' group by document)
select count(*), cast(coalesce(sum(d.at_us - c.at_us), 0) as bigint)
  from done d join claimed c on c.document = d.document and c.at_us <= d.at_us
 where d.at_us >= $3
