-- Whoever folds read models reads the log and has tables of its own; it can neither append nor seal.

do $$
begin
    if not exists (select from pg_roles where rolname = 'cairn_folder') then
        create role cairn_folder nologin;
    end if;
exception
    -- Roles belong to the whole server: another database may be making the same one at this moment.
    when duplicate_object or unique_violation then null;
    when insufficient_privilege then
        raise 'the role cairn_folder is missing and % may not create it: ask the administrator of this Postgres for '
              '"create role cairn_folder nologin", then run this again', current_user;
end $$;

grant usage on schema ledger to cairn_folder;
grant select on all tables in schema ledger to cairn_folder;
grant execute on function ledger.sealed(bigint, bigint), ledger.sealed_position(), ledger.key_at(bigint),
    ledger.position_of(smallint, xid8, bigint),
    ledger.leaf(text, integer, text, integer, uuid, timestamptz, timestamptz, text, text, text, text, text, text)
    to cairn_folder;
