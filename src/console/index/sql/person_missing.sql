-- The application does not have this patient. $1 id.
update person set last = '', first = '', born = 0, mrn = '', known = 2 where patient = $1
