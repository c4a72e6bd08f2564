"""Dovecot as the one who checks passwords for Postfix, and nothing else."""

import grp
import os

from processes import Folder, Process, need

CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols =
ssl = no
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
disable_plaintext_auth = no
{oauth}passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}}
# Or every wrong password makes the next login seconds slower.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener {socket} {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
"""


OAUTH = """\
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
"""

OAUTH_SERVER = """\
introspection_mode = get
introspection_url = {url}
username_attribute = username
active_attribute = active
active_value = true
"""


class DovecotAuth:
    """`users` maps names to passwords; the socket is where Postfix asks.
    `tokens` is a token_server.TokenServer."""

    def __init__(self, socket, users, mechanisms="plain login", tokens=None):
        self.folder = Folder("dovecot")
        path = self.folder.path
        (path / "run").mkdir()
        users_file = path / "users"
        users_file.write_text("".join(f"{u}:{p}\n" for u, p in users.items()))
        users_file.chmod(0o640)
        os.chown(users_file, 0, grp.getgrnam("dovecot").gr_gid)
        configuration = path / "dovecot.conf"
        oauth = ""
        if tokens is not None:
            oauth = OAUTH.format(folder=path)
            (path / "oauth2.conf").write_text(OAUTH_SERVER.format(url=tokens.url))
        configuration.write_text(CONFIGURATION.format(
            folder=path, socket=socket, mechanisms=mechanisms, oauth=oauth))
        command = [need("dovecot", "dovecot-core"), "-F", "-c", configuration]
        self.process = Process(command, path / "output")
        self.process.wait_until(socket.exists, "dovecot")

    def stop(self):
        self.process.stop()
        self.folder.remove()
