-- Whose sessions of the portal are over that began before: a signed cookie alone cannot be taken back.
create table ledger.signed_out (
    person text        collate "C" primary key,
    at     timestamptz not null default clock_timestamp()
);
revoke all on ledger.signed_out from public;
grant select on ledger.signed_out to cairn_writer, cairn_reader;
grant insert, update on ledger.signed_out to cairn_writer;
