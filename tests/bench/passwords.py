#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bulkhead passwords: tests a second and core of each scheme, and what becomes of a budget.

    tests/bench/passwords.py BUILD

Hashes are of a password that is in no list, at the rounds their programs use; by processor time, in the jail, with making the guesses.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

build = pathlib.Path(sys.argv[1])
SHADOW, REDIS, TOMCAT, RABBIT = "etc/shadow", "etc/redis/users.acl", "etc/tomcat10/tomcat-users.xml", "etc/rabbitmq/definitions.json"
tomcat = lambda h: f'<tomcat-users><user username="q" password="{h}"/></tomcat-users>'
STORES = {
    "redis-sha256": (REDIS, "user q on #328e363792e0bc52d9605f6474fdfe968d3946d38aa14afc3ce7b6f03cac3e66\n"),
    "rabbit-sha": (RABBIT, '{"users":[{"name":"q","password_hash":"kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"}]}'),
    "tomcat-digest": (TOMCAT, tomcat("9777294451b15299d93d8f7384652bd7695394bc")),
    "tomcat-salted": (TOMCAT, tomcat("5c27285dfb0ca53e$20000$3f6025bcf678dde81124fcf49fe9862dc27e6e0970ecdbc2cb28ee3c85b82872")),
    "nt": ("etc/samba/smbpasswd", f"q:1:{'X' * 32}:1B5BEC9E6DE94A830517E3B00C5B574D:[U          ]:LCT-1:\n"),
    "sha1": ("etc/nginx/.htpasswd", "q:{SHA}l3cpRFGxUpnZPY9zhGUr12lTlLw=\n"),
    "apr1": ("etc/nginx/.htpasswd", "q:$apr1$5eRVNN05$LeIX/eyKgcl8bROXykX2D.\n"),
    "snmp-sha1": ("var/lib/snmp/snmpd.conf", 'usmUser 1 3 0x8000 "q" "q" NULL .1.3.6.1.6.3.10.1.1.3 0x6695febc9288e36282235fc7151f128497b38f3f .1.3.6.1.6.3.10.1.2.4 0x00\n'),
} | {name: (SHADOW, f"q:{text}:1::::::\n") for name, text in {
    "descrypt": "Jg7gdfPeW1JpI",
    "md5crypt": "$1$6Wdy344v$z3pi6Kr5oAEADZiD7Hpp9.",
    "sha256crypt": "$5$e9bb5M/m.qnzu1lf$dlVks25e.dI4Zpd2F7o6nYIKLoEPWvNwDJNhsP4FTQD",
    "sha512crypt": "$6$oJ2EOfYcGX.VbUOc$wBboVGj2mGu8b3zbkIXRR4yDIKH3.GWNnwjhwHgEk3FYDEZcffR4l/u7eox7pwBmGr.2hXZObukVYzeKfCgij1",
    "bcrypt": "$2b$10$zIBxLChoCMM.ZFrJmOTgYO9oChobCXISEKYuiMOau1Aj03O9S74Ae",
    "yescrypt": "$y$j9T$F.139dxKuj7Rh9ZHW8rx..$ZTfUSIA2qicQipwv2lSPR6/q4uyF3OQkN63DDtPl.K0",
    "gost-yescrypt": "$gy$j9T$W7R4VFK0CxETmh4c1T/pw.$Fk.LvruYodyd8as5faoC3wdwJfv/DcTqLE15Y47HHU.",
    "scrypt": "$7$CU..../....Q/tsVoHk9dkGeZSRNGK3C1$tua2ohxhJoYcCuimgwCRX7VJ4V3nCdCE3YgMpxFSog5",
    "sunmd5": "$md5,rounds=35234$XWB8HsS0$$uvjvX.0GeLyIQZZ4CUBqT0",
    "bsdicrypt": "_J9..qWUSEv6khZyeAX2",
}.items()}
# What lies in tables of databases is made by hand: a page of each.
SCRAM = b"SCRAM-SHA-256$4096:z6oGKxDHUfh7Lm+ow4HzmQ==$n1i4pnF6/G+f1MWBYsNJji/0T0eKxA+INmYqaEqV0ZY=:ZzYAD3ENaYBX1/cUtO7YoDVrTXYJsu1d/Eh7ZbgTKmw="
NATIVE = b'{"access":0,"plugin":"mysql_native_password","authentication_string":"*682F41BB09CC0E95B15432B7A5C74F7180DE3D0C"}'
ED25519 = b'{"access":0,"plugin":"ed25519","authentication_string":"PfpxJpUi4xT7eccmefJAvAV+YscIHu8RQzr50N2U0j0"}'
SHA2 = b'{"access":0,"plugin":"caching_sha2_password","authentication_string":"$A$005$abcdefghijklmnopqrstbTy95Y99eAME1dwEkHOA1ndHGBWz.1bxSSRkuTXFGV/"}'


def heap(text):
    page = bytearray(8192)
    row = bytearray(32) + (4711).to_bytes(4, "little") + b"q".ljust(64, b"\0") + bytes([0, 0, 0, 0, 1, 0, 0, 0]) + bytes(4) + ((len(text) + 4) << 2).to_bytes(4, "little") + text
    row[20:23] = bytes([0, 8, 32])
    page[12:14] = (28).to_bytes(2, "little")
    page[24:28] = (4096 | 1 << 15 | len(row) << 17).to_bytes(4, "little")
    page[4096:4096 + len(row)] = row
    return {"var/lib/postgresql/data/global/pg_filenode.map": bytes.fromhex("17275900 01000000 ec040000 ec040000"), "var/lib/postgresql/data/global/1260": bytes(page)}


def aria(text):
    page = bytearray(8192)
    row = bytes([0, 8, 0, 1, 0, 1, 0]) + len(text).to_bytes(4, "little") + b"%q" + text
    page[7:9] = bytes([1, 1])
    page[12:12 + len(row)] = row
    page[8184:8188] = (12).to_bytes(2, "little") + len(row).to_bytes(2, "little")
    return {"var/lib/mysql/mysql/global_priv.MAD": bytes(8192) + bytes(page)}


STORES = {name: {path: text.encode()} for name, (path, text) in STORES.items()} | {
    "scram-sha256": heap(SCRAM), "postgres-md5": heap(b"md5" + b"0" * 32), "mysql-native": aria(NATIVE), "mysql-sha2": aria(SHA2), "mysql-ed25519": aria(ED25519)}


def write(root, files):
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        with open(root / path, "ab") as f: # several accounts of one text file
            f.write(data)


def test(root, state, *more):
    began = time.perf_counter()
    out = subprocess.run([build / "bulkhead", "passwords", "--root", root, "--state", state, "--format", "json", *more], capture_output=True, text=True, check=True).stdout
    return json.loads(out), time.perf_counter() - began


def rates(room):
    print("scheme              tests a second and core   all guesses take")
    for name, files in sorted(STORES.items()):
        write(room / name, files)
        report, _ = test(room / name, room / "state", "--fresh", "--cpu-seconds", "1")
        (account,) = report["accounts"]
        (rate,) = report["rates"]
        assert account["scheme"] == rate["scheme"] == name, account
        each = rate["tried"] / rate["cpu_seconds"]
        print(f"{name:18}  {each:23,.0f}   {account['guesses'] / each:12,.2f} s")


def budget(room):
    for n in range(20):
        for name in ("md5crypt", "sha256crypt", "sha512crypt", "yescrypt", "descrypt"):
            write(room / "whole", {SHADOW: STORES[name][SHADOW].replace(b"q:", f"user{n}{name}:".encode())})
    for name in ("redis-sha256", "scram-sha256", "mysql-native", "apr1", "snmp-sha1"):
        write(room / "whole", STORES[name])
    for run, percent in (("first run", 100), ("next run, half a processor", 50)):
        report, wall = test(room / "whole", room / "state", "--cpu-seconds", "5", "--cpu-percent", str(percent))
        s = report["summary"]
        least = min(a["tried"] for a in report["accounts"])
        print(f"{len(report['accounts'])} accounts, {run}: {s['cpu_seconds']:.2f} of {s['cpu_seconds_allowed']:.0f} s used ({100 * s['cpu_seconds'] / s['cpu_seconds_allowed']:.0f} %), "
              f"{100 * s['cpu_seconds'] / wall:.0f} % of a processor; {s['guesses']:,} guesses, {s['held']} accounts done, {s['partly']} not, each at least {least}")
    for name in ("yescrypt", "scram-sha256", "mysql-native"):
        write(room / "same", STORES[name])
    test(room / "same", room / "state2", "--cpu-seconds", "3")
    report, wall = test(room / "same", room / "state2", "--store", "mysql")
    print(f"nothing changed since: {report['summary']['guesses']} guesses, {1000 * wall:.0f} ms")


with tempfile.TemporaryDirectory() as d:
    rates(pathlib.Path(d))
    budget(pathlib.Path(d))
