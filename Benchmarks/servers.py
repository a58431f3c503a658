"""The servers that are compared, each started on a free port of 127.0.0.1 and ended with the benchmark."""

import os
import shutil
import subprocess
from pathlib import Path

from measure import end, free_port, wait_until_it_listens

ROOT = Path(__file__).resolve().parent.parent
BINARY = Path(os.environ.get("LANDLINE_BINARY", ROOT / ".build/release/landline"))
CIPHER = "aes128-gcm@openssh.com"


class Landline:
    """A server with what it needs in a folder of its own, and an admin's account; `settings` are options of serve."""

    def __init__(self, folder: Path, *settings: str):
        folder.mkdir()
        self.data = folder / "data"
        self.root = self.data / "files"
        self.environment = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config")}
        self.process = subprocess.Popen(
            [BINARY, "serve", "--data", self.data, "--listen", "127.0.0.1:0", *settings], stdout=subprocess.PIPE,
            text=True)
        words = (word for line in self.process.stdout for word in line.split())
        self.invite = next(word for word in words if word.startswith("landline://"))
        self.run("join", self.invite, "--name", "bench")

    def run(self, *arguments, environment: dict | None = None) -> str:
        return subprocess.run(
            [BINARY, *arguments], env=environment or self.environment, check=True, stdout=subprocess.PIPE,
            text=True).stdout

    def stop(self):
        end(self.process)


class Sshd:
    """OpenSSH's server, for scp, rsync, tar and commands; the cipher is the fastest it has here."""

    def __init__(self, folder: Path):
        folder.mkdir()
        self.root = folder / "files"
        self.root.mkdir()
        self.port = free_port()
        for key in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True)
        shutil.copy(folder / "user.pub", folder / "authorized")
        # bash reads ~/.bashrc when it is started by sshd, unless it is told that it is not the first shell: what somebody
        # has in there is not ssh's to answer for.
        (folder / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
            f"AuthorizedKeysFile {folder}/authorized\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n"
            f"Subsystem sftp internal-sftp\nCiphers {CIPHER}\nSetEnv SHLVL=2\n")
        os.makedirs("/run/sshd", exist_ok=True)
        self.process = subprocess.Popen(
            ["/usr/sbin/sshd", "-D", "-e", "-f", folder / "sshd_config"], stderr=subprocess.DEVNULL)
        wait_until_it_listens(self.port)
        self.options = (f"-i {folder}/user -c {CIPHER} -o StrictHostKeyChecking=no "
                        f"-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR")
        self.ssh = f"ssh {self.options} -p {self.port}"
        self.scp = f"scp -q {self.options} -P {self.port}"
        self.rsync = f"rsync -t -e '{self.ssh}'"

    def stop(self):
        end(self.process)


class Nginx:
    """nginx over https with one worker, taking PUT."""

    def __init__(self, folder: Path):
        folder.mkdir()
        folder.chmod(0o755)
        self.root = folder / "files"
        self.root.mkdir()
        self.port = free_port()
        self.certificate = folder / "certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
             "-keyout", folder / "key.pem", "-out", self.certificate], check=True, capture_output=True)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(f"""
            {user} daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors warn;
            events {{ worker_connections 512; }}
            http {{
              access_log off; sendfile on; tcp_nopush on; client_max_body_size 0;
              client_body_temp_path {self.root}/.partial; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
              uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
              server {{
                listen 127.0.0.1:{self.port} ssl;
                ssl_certificate {self.certificate}; ssl_certificate_key {folder}/key.pem;
                root {self.root};
                location / {{ dav_methods PUT; create_full_put_path on; }}
              }}
            }}""")
        self.process = subprocess.Popen(
            ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "errors"])
        wait_until_it_listens(self.port)
        self.curl = f"curl -sS -4 --fail --cacert {self.certificate}"
        self.address = f"https://localhost:{self.port}"

    def stop(self):
        end(self.process)


class Ngircd:
    """An IRC server in C; its brakes on floods are off."""

    def __init__(self, folder: Path):
        folder.mkdir()
        folder.chmod(0o755)
        self.port = free_port()
        user = "ServerUID = irc\nServerGID = irc\n" if os.geteuid() == 0 else ""
        (folder / "ngircd.conf").write_text(
            f"[Global]\nName = irc.bench.test\nInfo = bench\nAdminInfo1 = bench\nListen = 127.0.0.1\n"
            f"Ports = {self.port}\nMotdPhrase = bench\n{user}"
            "[Limits]\nMaxConnections = 0\nMaxConnectionsIP = 0\nMaxJoins = 0\nMaxPenaltyTime = 0\n"
            "PingTimeout = 3600\nPongTimeout = 3600\n"
            "[Options]\nDNS = no\nIdent = no\nPAM = no\nRequireAuthPing = no\n")
        self.process = subprocess.Popen(
            ["/usr/sbin/ngircd", "-n", "-f", folder / "ngircd.conf"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        wait_until_it_listens(self.port)

    def stop(self):
        # It has nothing to lose, and at a milder end tells each client of each other's.
        self.process.kill()
        self.process.wait()
