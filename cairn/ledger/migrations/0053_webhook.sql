-- What a webhook's messages are signed with, wrapped as the keys of private text are, and how its receiver behaves. Who
-- registered it, where it leads and what it is told are events of the log; how far it is told, its subscription.
create table ledger.webhook (
    name          text        collate "C" primary key,
    id            uuid        not null,
    wrapped       bytea       not null,
    wrapped_by    text        not null,
    tries         integer     not null default 0 check (tries >= 0),
    failing_since timestamptz check ((failing_since is null) = (tries = 0)),
    try_at        timestamptz,
    why           text,
    status        integer
);
revoke all on ledger.webhook from public;
grant select on ledger.webhook to cairn_writer, cairn_reader;
grant insert, update, delete on ledger.webhook to cairn_writer;
-- A webhook that is removed follows nothing any more.
grant delete on ledger.subscription, ledger.left_out to cairn_writer;
