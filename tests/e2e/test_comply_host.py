# SPDX-License-Identifier: Apache-2.0
"""bulkhead comply over a host: a folder set up badly, one set up well, and this machine itself."""
import os
import pathlib

import pytest

from comply_help import comply
from conftest import OS_RELEASE, need, need_root, run

HASH = "$y$j9T$salt$hash"
BAD = {
    "etc/passwd": ("root:x:0:0:root:/root:/bin/bash\ntoor:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/bash\nbob:x:1001:1001::/home/bob:/bin/bash\ncy:x:1001:1001::/nonexistent:/bin/false\n"
                   "www-data:x:33:33::/var/www:/bin/bash\nold:abcdefghijklm:1002:1002::/:/bin/sh\n", 0o666),
    "etc/shadow": (f"root:{HASH}:19000:0:99999:7:::\nann::19000:0:99999:7:::\nbob:$1$a$b:19000:0:90:7:30::\nwww-data:*:19000::::::\n", 0o644),
    "etc/group": ("root:x:0:\n", 0o644),
    "etc/login.defs": ("PASS_MAX_DAYS 99999\nPASS_MIN_DAYS 0\nPASS_WARN_AGE 3\nUMASK 022\nENCRYPT_METHOD MD5\n", 0o644),
    "etc/pam.d/common-password": ("password [success=1 default=ignore] pam_unix.so md5\n", 0o644),
    "etc/pam.d/common-auth": ("auth [success=1 default=ignore] pam_unix.so nullok\n", 0o644),
    "etc/pam.d/su": ("#auth required pam_wheel.so\nauth sufficient pam_rootok.so\n", 0o644),
    "etc/issue": ("Debian GNU/Linux 12 \\n \\l\n", 0o644),
    "etc/sudoers": ("Defaults !authenticate, timestamp_timeout=-1\nroot ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n@include /etc/nothing\n", 0o644),
    "etc/sudoers.d/ci": ("ci ALL=(ALL) NOPASSWD: ALL\n", 0o440),
    "etc/sudoers.d/old.bak": ("skipped ALL=(ALL) NOPASSWD: ALL\n", 0o440),
    "etc/cron.d/job": ("* * * * * root /x\n", 0o666),
    "etc/crontab": ("", 0o644),
    "usr/local/bin/tool": ("#!/bin/sh\n", 0o777),
    "home/ann/.ssh/authorized_keys": ("ssh-dss AAAA\nssh-ed25519 AAAAC3 x\nssh-ed25519 AAAAC3 y\n", 0o666),
    "home/ann/.rhosts": ("+ +\n", 0o644),
    "etc/inetd.conf": ("#time stream tcp nowait root internal\ntelnet stream tcp nowait root /usr/sbin/tcpd in.telnetd\n", 0o644),
    "etc/xinetd.d/tftp": ("service tftp\n{\n disable = no\n}\n", 0o644),
    "etc/xinetd.d/rsync": ("service rsync\n{\n disable = yes\n}\n", 0o644),
    "etc/audit/auditd.conf": ("max_log_file_action = ignore\nspace_left_action = ignore\n", 0o640),
    "etc/apt/apt.conf.d/99x": ('APT::Get::AllowUnauthenticated "true";\n', 0o644),
    "var/log/syslog": ("", 0o666),
}
GOOD = {
    "etc/passwd": ("root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n", 0o644),
    "etc/shadow": (f"root:{HASH}:19000:1:90:7:30::\nann:{HASH}:19000:1:90:7:30::\nwww-data:*:19000::::::\n", 0o640),
    "etc/login.defs": ("PASS_MAX_DAYS 90\nPASS_MIN_DAYS 1\nPASS_WARN_AGE 7\nUMASK 027\nENCRYPT_METHOD YESCRYPT\n", 0o644),
    "etc/default/useradd": ("INACTIVE=30\n", 0o644),
    "etc/profile.d/zz.sh": ("readonly TMOUT=900; export TMOUT\numask 027\n", 0o644),
    "etc/pam.d/common-password": ("password requisite pam_pwquality.so retry=3\npassword required pam_pwhistory.so remember=5 use_authtok\npassword required pam_unix.so yescrypt use_authtok\n", 0o644),
    "etc/security/pwquality.conf": ("# minlen = 4\nminlen = 12\ndcredit = -1\nucredit = -1\nocredit = -1\n", 0o644),
    "etc/pam.d/common-auth": ("auth required pam_faillock.so preauth\nauth required pam_unix.so\nauth required pam_google_authenticator.so\n", 0o644),
    "etc/security/faillock.conf": ("deny = 5\nunlock_time = 900\n", 0o644),
    "etc/pam.d/su": ("auth required pam_wheel.so use_uid\n", 0o644),
    "etc/issue": ("Authorised use only.\n", 0o644),
    "etc/sudoers": ('Defaults env_reset, use_pty, logfile="/var/log/sudo.log"\nroot ALL=(ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n', 0o440),
    "etc/cron.d/job": ("* * * * * root /x\n", 0o600),
    "usr/local/bin/tool": ("#!/bin/sh\n", 0o755),
    "home/ann/.ssh/authorized_keys": ("ssh-ed25519 AAAAC3 x\n", 0o600),
    "etc/rsyslog.d/remote.conf": ('*.* action(type="omfwd" target="logs")\n', 0o644),
    "etc/systemd/journald.conf": ("[Journal]\nStorage=persistent\n", 0o644),
    "etc/logrotate.conf": ("", 0o644),
    "etc/audit/auditd.conf": ("max_log_file_action = keep_logs\nspace_left_action = email\n", 0o640),
    "etc/audit/rules.d/50.rules": ("-w /etc/passwd -p wa\n-w /etc/shadow -p wa\n-a always,exit -F path=/etc/sudoers -F perm=wa\n-a always,exit -F arch=b64 -S unlink,rename\n-e 2\n", 0o640),
    "usr/bin/unattended-upgrade": ("", 0o755),
    "etc/apt/apt.conf.d/20auto-upgrades": ('APT::Periodic::Unattended-Upgrade "1";\n', 0o644),
    "etc/security/limits.d/core.conf": ("* hard core 0\n", 0o644),
    "etc/crypttab": ("data /dev/vdb none luks\n", 0o600),
}
STARTS = ["auditd", "rsyslog", "chrony", "nftables"]


def made(root, files, starts=()):
    for name, (text, mode) in {"etc/os-release": (OS_RELEASE.decode(), 0o644), **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
    wants = root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True)
    for unit in starts:
        (wants / f"{unit}.service").symlink_to(f"/lib/systemd/system/{unit}.service")
    for home, uid in (("home/ann", 1000), ("home/bob", 0)):
        if (root / home).exists() or home == "home/bob":
            (root / home).mkdir(parents=True, exist_ok=True)
            for path in [root / home, *(root / home).rglob("*")]:
                os.chown(path, uid, uid)
            (root / home).chmod(0o750)
    (root / "etc/cron.d").chmod(0o700)
    if (root / "home/ann/.ssh").exists():
        (root / "home/ann/.ssh").chmod(0o700)
    return root


@pytest.fixture
def judged(bulkhead, tmp_path):
    need_root()

    def call(files, starts=(), *more):
        c = comply(bulkhead, "--root", made(tmp_path / "root", files, starts), "--all", *more)
        assert not c.report["gaps"], c.report["gaps"]
        return c.results
    return call


HOST = ("account-", "login-", "sudo-", "host-file-", "services-", "system-", "mlps-")


def failing(results):
    return {r["check"] for r in results if r["state"] == "fail" and r["check"].startswith(HOST)}


def test_a_bad_host_fails_where_it_is_bad(judged):
    results = judged(BAD, ["telnet", "avahi-daemon"])
    assert failing(results) >= {
        "account-uid-zero", "account-unique", "account-empty-password", "account-hash-in-passwd", "account-hash-method", "account-system-shell", "account-password-age", "account-home",
        "account-keys-modes", "account-keys-weak", "account-keys-twice", "account-trusts", "login-max-days", "login-min-days", "login-warn-days", "login-hash-method", "login-umask",
        "login-tmout", "login-quality", "login-null-ok", "login-lockout", "login-su", "login-banner", "sudo-free-all", "sudo-free", "sudo-modes", "sudo-timeout", "sudo-includes",
        "host-file-accounts", "host-file-secrets", "host-file-cron", "host-file-logs", "host-file-path", "services-cleartext", "services-ftp", "services-desktop", "system-updates", "system-signed", "system-auditd"}
    who = {r["subject"]["name"] for r in results if r["check"] == "account-uid-zero" and r["state"] == "fail"}
    assert who == {"toor"}
    free = next(e["value"] for r in results if r["check"] == "sudo-free-all" for e in r["evidence"] if e["field"] == "sudo.free_all")
    assert "ci (" in free and "skipped" not in free


def test_a_good_host_passes(judged):
    assert failing(judged(GOOD, STARTS)) <= {"system-modules", "system-integrity", "system-mandatory", "mlps-intrusion-detection", "mlps-malware", "system-cores"}


def test_classified_protection_asks_what_only_people_know(judged):
    results = judged(GOOD, STARTS, "--benchmark", "mlps-2")
    two = {r["check"] for r in results}
    assert {"mlps-audit-retention", "login-quality", "account-uid-zero", "sudo-free-all"} <= two and "mlps-labels" not in two and "sudo-pty" not in two
    assert {r["state"] for r in results if r["check"] == "mlps-audit-retention"} == {"manual"}


def test_the_kernel_and_mounts_of_this_machine(bulkhead):
    need_root()
    results = comply(bulkhead, "--check", "sysctl-*", "--all").results
    aslr = next(r for r in results if r["check"] == "sysctl-aslr")
    value = pathlib.Path("/proc/sys/kernel/randomize_va_space").read_text().strip()
    assert aslr["evidence"][0]["value"] == value and aslr["state"] == ("pass" if value == "2" else "fail")
    shm = next(r for r in comply(bulkhead, "--check", "mount-tmp", "--all").results if r["subject"]["name"] == "/dev/shm")
    options = next((line.split()[5] for line in pathlib.Path("/proc/1/mountinfo").read_text().splitlines() if line.split()[4] == "/dev/shm"), None)
    assert (shm["state"] == "pass") == bool(options and {"nosuid", "nodev"} <= set(options.split(",")))


def test_sudo_agrees_that_the_rules_are_rules(judged, tmp_path):
    need("visudo")
    for files in (GOOD, {**GOOD, "etc/sudoers": BAD["etc/sudoers"]}):
        (tmp_path / "sudoers").write_text(files["etc/sudoers"][0].replace("@include", "#x"))
        run("visudo", "-c", "-f", tmp_path / "sudoers")
