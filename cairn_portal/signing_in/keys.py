"""The key that signs sessions: by setting, or in a file of the data folder."""

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
