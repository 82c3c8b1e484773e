-- A document names a patient, who may be new. $1 the application's id.
insert into person (patient) values ($1) on conflict (patient) do nothing
