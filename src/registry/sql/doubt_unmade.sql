-- Doubts the patients that FileMaker has several times and the application not at all.
insert into fmferry_match (filemaker_id, patient, why)
select filemaker_id, '', 'several records in FileMaker carry this id'
  from fmferry_person f
 where times > 1
   and not exists (select 1 from fmferry_match m where m.filemaker_id = f.filemaker_id)
