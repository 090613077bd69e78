"""The key that signs sessions, by setting or in a file of the data folder, and the pass of the demo's sign-in."""

import hashlib
import hmac
from pathlib import Path

from cairn import keys as key_files
from cairn.settings import Settings

KEY_FILE = "portal.key"


def session_key(settings: Settings) -> bytes:
    """The key of these settings; the file is made where it is not there. Raises SettingsProblem."""
    if settings.portal_key is not None:
        return key_files.given_keys(settings.portal_key, None, "CAIRN_PORTAL_KEY")[0]
    file: Path = settings.home / KEY_FILE
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_files.make_key_file(file)
    return key_files.kept_keys(key_files.kept_lines(file) or [], str(file))[0]


def demo_pass(settings: Settings) -> str:
    """What opens the demo's sign-in: whoever can read the data folder has it, other accounts of the machine have not.
    Raises SettingsProblem."""
    return hmac.new(session_key(settings), b"cairn-demo-pass-1", hashlib.sha256).hexdigest()[:24]
