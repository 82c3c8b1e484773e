-- Forgets the patients that a complete import did not have. $1 import.
delete from fmferry_person where import <> $1
