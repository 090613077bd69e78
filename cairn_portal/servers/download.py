"""Run as a process of its own: has the SDK download the Temporal command line tool into a folder."""

import asyncio
import sys

from temporalio.testing import WorkflowEnvironment


async def main(folder: str) -> None:
    """Starting a server is how the SDK downloads one; it is stopped at once."""
    environment = await WorkflowEnvironment.start_local(download_dest_dir=folder)
    await environment.shutdown()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
