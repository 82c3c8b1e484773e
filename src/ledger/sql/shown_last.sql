-- The last of the documents behind a number. $1 source, $2 the number, $3 how many of them at most.
-- Columns: document; null if there is none.
select max(document) from (select document from fmferry_document
                            where (+source = $1
                                   or +source = (select u.source from fmferry_source s join fmferry_source u on u.name = s.name || '/uploads'
                                                 where s.source = $1))
                              and document > $2 order by document limit $3) d
