-- Who may do what: writers append, sealers seal, readers read; nobody changes or removes what is recorded.

do $$
declare
    role text;
begin
    foreach role in array array['cairn_writer', 'cairn_sealer', 'cairn_reader'] loop
        begin
            if not exists (select from pg_roles where rolname = role) then
                execute format('create role %I nologin', role);
            end if;
        exception
            -- Roles belong to the whole server: another database may be making the same ones at this moment.
            when duplicate_object or unique_violation then null;
            when insufficient_privilege then
                raise 'the role % is missing and % may not create it: ask the administrator of this Postgres for '
                      '"create role % nologin", then run this again', role, current_user, role;
        end;
    end loop;
end $$;

revoke all on schema ledger from public;
revoke all on all functions in schema ledger from public;
grant usage on schema ledger to cairn_writer, cairn_sealer, cairn_reader;
grant select on all tables in schema ledger to cairn_writer, cairn_sealer, cairn_reader;
grant execute on function ledger.sealed(bigint, bigint), ledger.sealed_position(), ledger.key_at(bigint),
    ledger.position_of(smallint, xid8, bigint),
    ledger.leaf(text, integer, text, integer, uuid, timestamptz, timestamptz, text, text, text, text, text, text)
    to cairn_writer, cairn_sealer, cairn_reader;
-- Events enter through these functions alone, which run as the ledger's owner: a writer cannot choose the version, the
-- transaction id, the time of recording or the hash of an event.
grant execute on function
    ledger.append_one(text, integer, uuid, text, integer, timestamptz, text, text, text, text, text, text),
    ledger.append(text[], integer[], integer[], uuid[], text[], integer[], timestamptz[], text[], text[], text[],
                  text[], text[], text[]),
    ledger.settled(text[], integer[], integer[], uuid[], text[], integer[], text[], text[])
    to cairn_writer;
grant insert on ledger.segment to cairn_sealer;

create function ledger.forbid() returns trigger language plpgsql as $$
begin
    raise '% on %.% is forbidden: what the ledger has recorded stays. Record a correction as a new event.',
        tg_op, tg_table_schema, tg_table_name using errcode = 'insufficient_privilege';
end $$;

-- The grants bind everybody but the owner and superusers; these triggers stop their accidents too.
create trigger kept before update or delete or truncate on ledger.event execute function ledger.forbid();
create trigger kept before update or delete or truncate on ledger.segment execute function ledger.forbid();
create trigger kept before update or delete or truncate on ledger.epoch execute function ledger.forbid();
