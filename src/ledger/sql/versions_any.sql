-- Whether anything was ever meant to be stored of a source. $1 source. Columns: 1, or 0.
select case when exists (select 1 from fmferry_document d
                           join fmferry_version v on v.document = d.document
                          where d.source = $1) then 1 else 0 end
