-- name: facts
select (select max(no) from ledger.epoch) as epoch,
       (select system_identifier from ledger.epoch order by no desc limit 1) as cluster,
       coalesce((select base_position + n from ledger.segment order by no desc limit 1), 0) as sealed,
       (select count(*) from ledger.event) as events,
       (select encode(root, 'hex') from ledger.segment order by no desc limit 1) as root,
       current_setting('server_version') as postgres,
       now() as made_at;

-- name: without_timeout
select set_config(name, '0', false) from pg_settings
where name in ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout');

-- name: has_events
select exists (select from ledger.event);

-- name: clear
drop schema if exists read, ledger, migration cascade;

-- name: roles
do $$
declare
    role text;
begin
    foreach role in array array['cairn_writer', 'cairn_sealer', 'cairn_reader'] loop
        if not exists (select from pg_roles where rolname = role) then
            execute format('create role %I nologin', role);
        end if;
    end loop;
end $$;
