-- The keys of private text: one a person (department, company) under each wrapping key, which lies outside the database.
-- What was encrypted under a key whose row is deleted reads as erased. Nobody who works by the day may change or delete one;
-- whoever folds, seals or reads has no business here at all.

create table ledger.text_key (
    id         uuid        primary key,
    owner      text        not null collate "C",
    wrapped_by text        not null,
    wrapped    bytea       not null,
    made_at    timestamptz not null default clock_timestamp(),
    constraint text_key_of_owner unique (owner, wrapped_by)
);
comment on column ledger.text_key.owner is 'a person''s id, department.<id> or company';
comment on column ledger.text_key.wrapped_by is 'the id of the wrapping key, as `cairn doctor` says it';

revoke all on ledger.text_key from public;
grant select, insert on ledger.text_key to cairn_writer;
