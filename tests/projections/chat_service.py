"""A fake chat service: a real HTTP server that keeps what Apprise posts to it (json://), or refuses it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple


class Said(NamedTuple):
    """One message: `room` is the path that it was posted to."""

    room: str
    title: str
    text: str


@dataclass
class FakeChatService:
    """`refusing` are rooms whose messages it does not take, `silent` those whose messages it takes without an answer
    until `answering`. `taken` is called before the sender hears that one is."""

    address: str = ""
    refusing: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    answering: asyncio.Event = field(default_factory=asyncio.Event)
    messages: list[Said] = field(default_factory=list)
    taken: Callable[[Said], object] = lambda said: None

    def in_room(self, room: str) -> list[Said]:
        return [each for each in self.messages if each.room == room]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        sizes = (line.partition(":")[2] for line in head if line.lower().startswith("content-length:"))
        posted = json.loads(await reader.readexactly(int(next(sizes))))
        said = Said(head[0].split()[1].strip("/"), posted["title"], posted["message"])
        status = "403 Forbidden"
        if said.room not in self.refusing:
            self.messages.append(said)
            self.taken(said)
            status = "200 OK"
        if said.room in self.silent:
            await self.answering.wait()
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def fake_chat_service() -> AsyncIterator[FakeChatService]:
    """One on a port of its own for as long as the context lasts."""
    kept = FakeChatService()
    server = await asyncio.start_server(kept.answer, "127.0.0.1", 0)
    kept.address = f"json://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield kept
    finally:
        kept.answering.set()
        server.close()
