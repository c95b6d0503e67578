#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Generates pairs of versions and asks both our orders and the ecosystems' own tools.

    agree.py VERSION_CMP [SCHEME...]

Pairs are real versions, bent: BULKHEAD_VERSION_PAIRS of them a scheme (10,000
unless told), from BULKHEAD_SEED. A tool that is not here is skipped, by name.
The Java, node and Go libraries come from their registries into
BULKHEAD_ORACLES (~/.cache/bulkhead-oracles unless told).
"""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent / "oracle"
CACHE = pathlib.Path(os.environ.get("BULKHEAD_ORACLES", pathlib.Path.home() / ".cache/bulkhead-oracles"))
PAIRS = int(os.environ.get("BULKHEAD_VERSION_PAIRS", "10000"))
SEED = int(os.environ.get("BULKHEAD_SEED", "20261121"))
BATCH = 100_000
MAVEN = "https://repo1.maven.org/maven2/org/apache/maven/maven-artifact/3.9.9/maven-artifact-3.9.9.jar"

REAL = {
    "dpkg": "1:1.2.13.dfsg-1 2.36-9+deb12u14 1.2.3~rc1-1ubuntu0.1 0~git20200101.1-2 5.10.0-8 4:12.2.0-3 1.0+really0.9-1 "
            "9.0.0731-1~bpo12+1 2:9.0.1378-2+deb12u2 1.1.1w-0+deb11u1 1-2-3 1.0:2-1 0:1-0".split(),
    "rpm": "1:1.2.11-40.el9 3.0.7-27.el9_4 4.18.0~rc1-1 1.0^20200101git-1.fc39 2.34-100.el9_4.2 0:5-1 6.6.8-1.module+el8 "
           "1.0.a_1-2 20230731-1 2.el7 1.0^~1-1 a1.5b-7".split(),
    "pep440": "1.0.dev456 1.0a1 1.0a2.dev456 1.0b1.dev456 1.0rc1 1.0.post456.dev34 1!2.0 1.0+ubuntu.1 v2.31.0 2004d "
              "1.0-1 1.0.0_alpha-3 1.0c4 1.0preview2 1.0.REV5 0.5.0.dev0+g1234abc 2024.1.1 1.0+AB_c-01".split(),
    "semver": "1.2.3 1.0.0-alpha.1 1.0.0-beta+exp.sha.5114f85 v4.17.21 =1.0.0 1.2.3beta 10.20.30-rc.1.x-y-z 0.0.0-0 "
              "1.2.3-01 1.2 1.0.0--a 2.0.0-alpha-beta.7 1.2.3-1a v=1.2.3".split(),
    "go": "v1.2.3 v0.0.0-20191109021931-daa7c04131f5 v1.2.4-0.20191109021931-daa7c04131f5 v2.0.0+incompatible v1 v1.2 "
          "v1.2.3-pre.0.20180101000000-abcdefabcdef v1.0.0-rc.1+meta v0.9.0-alpha.10".split(),
    "maven": "1.0 1.0.0.RC1 2.9.10.8 1.0-alpha-1 1.0-a1 3.0.0.Final 31.1-jre 1.0-20200101.120000-3 5.3.20.RELEASE 1-sp-2 "
             "1.0-SNAPSHOT 1.1.ga 1.x-m3 2.0.cr2 1..2 1--2 r05 1.0-beta.2 20040616 4.1.94.Final-redhat-00003 1.0xyz".split(),
    "gem": "7.0.4.3 1.0.0.pre 1.0.0.rc1 2.0.0-beta.2 1.16.0-x86_64-linux 0.a 1.0.0 3.0.0.alpha10 1.8.7.p22 5".split(),
    "composer": "1.0 v2.0.1 1.0.0-beta2 1.0.0RC1 1.0-dev dev-master 2.x-dev 1.0.x-dev 20100102 2010-01-02 2010.1.555 "
                "1.2.3-patch1 1.0-alpha.2.1 1.0.0+build 1.0@stable 3.0.0-p2 1.0-stable 1.0.0.0-b5-dev 201001021030".split(),
}
LETTERS = {
    "dpkg": "0019.~+-:ab", "rpm": "0019.~^-_:ab", "pep440": "0129.-_+!abrcdevpostv", "semver": "0129.-+vab=x",
    "go": "v0129.-+abA", "maven": "0129.-_aabmrcsgp", "gem": "0129.-abAB", "composer": "0129.-_+xdevRCabpl@*:",
}
WORDS = {
    "pep440": ["a", "b", "rc", "c", "alpha", "beta", "pre", "preview", "post", "rev", "r", "dev", ".dev1", "-1", "+1", "1!"],
    "maven": ["alpha", "beta", "milestone", "rc", "cr", "snapshot", "ga", "final", "release", "sp", "a", "b", "m", "x", "-0", ".0"],
    "composer": ["alpha", "beta", "RC", "patch", "pl", "p", "a", "b", "stable", "-dev", "dev-", "@dev", ".x", " as ", "STABLE"],
    "semver": ["-alpha", "-0", ".beta", "+b", "v"], "go": ["-0", "-pre", "+incompatible", "v"],
    "gem": [".pre", "-", ".a", ".0", "rc"], "rpm": ["~rc", "^git", ".el9", "1:", "0"], "dpkg": ["~rc", "+deb12u", "1:", "-0"],
}


def bend(rng, scheme, text):
    """Up to three small changes, where orders have their corners."""
    for _ in range(rng.randint(0, 3)):
        at = rng.randint(0, len(text))
        match rng.randint(0, 6):
            case 0:
                text = text[:at] + rng.choice(LETTERS[scheme]) + text[at:]
            case 1:
                text = text[:at] + text[at + 1:]
            case 2:
                text = text[:at] + rng.choice(LETTERS[scheme]) + text[at + 1:]
            case 3:
                text = text[:at] + rng.choice(WORDS[scheme]) + text[at:]
            case 4:
                text = text[:at] + str(rng.choice([0, 1, 9, 10, 99, 100, 2147483648, rng.randint(0, 9999)])) + text[at:]
            case 5:
                text = text[:at]
            case 6:
                text = rng.choice([text.upper(), text.lower(), text + ".0", text + "-0", "0" + text])
    return text[:60]


def version(rng, scheme):
    if rng.random() < 0.15:
        return "".join(rng.choice(LETTERS[scheme]) for _ in range(rng.randint(1, 12)))
    return bend(rng, scheme, rng.choice(REAL[scheme]))


def pairs(rng, scheme, n):
    for _ in range(n):
        a = version(rng, scheme)
        b = bend(rng, scheme, a) if rng.random() < 0.7 else version(rng, scheme)
        if judged(scheme, a) and judged(scheme, b):
            yield a, b


def judged(scheme, text):
    """What the tool can be asked at all."""
    if not text:
        return False
    if scheme == "rpm":  # rpm.ver raises on what is not [epoch:]version[-release]
        version_part = text.split(":", 1)[1] if text.split(":", 1)[0].isdigit() and ":" in text else text
        return version_part.rsplit("-", 1)[0] != "" and not text.endswith("-") and ":" not in version_part
    return True


class Missing(Exception):
    pass


def need(program):
    path = shutil.which(program)
    if not path:
        raise Missing(f"{program} is not installed")
    return path


def run(*argv, **kw):
    try:
        return subprocess.run(argv, check=True, capture_output=True, text=True, **kw)
    except subprocess.CalledProcessError as e:
        raise Missing(f"{argv[0]} failed: {e.stderr.strip().splitlines()[-1:]}") from e


def python_with(module):
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0:
            return python
    raise Missing(f"no python has the module {module}")


def maven():
    jar = CACHE / "maven-artifact.jar"
    classes = CACHE / "maven"
    need("java"), need("javac")
    if not jar.exists():
        try:
            with urllib.request.urlopen(MAVEN, timeout=60) as r:
                jar.write_bytes(r.read())
        except OSError as e:
            raise Missing(f"no maven-artifact: {e}") from e
    run("javac", "-cp", str(jar), "-d", str(classes), str(HERE / "Maven.java"))
    return ["java", "-cp", f"{jar}:{classes}", "Maven"], None


def node():
    need("node")
    if not (CACHE / "node_modules/semver").exists():
        need("npm")
        run("npm", "install", "--prefix", str(CACHE), "semver@7")
    return ["node", str(HERE / "semver.js")], {"NODE_PATH": str(CACHE / "node_modules")}


def go():
    need("go")
    folder, program = CACHE / "go", CACHE / "go/oracle"
    if not program.exists():
        folder.mkdir(exist_ok=True)
        shutil.copy(HERE / "semver.go", folder / "main.go")
        if not (folder / "go.mod").exists():
            run("go", "mod", "init", "oracle", cwd=folder)
        run("go", "get", "golang.org/x/mod@v0.20.0", cwd=folder)
        run("go", "build", "-o", str(program), ".", cwd=folder)
    return [str(program)], None


def dpkg():
    program = CACHE / "dpkg"
    run(need("cc"), "-DLIBDPKG_VOLATILE_API", "-o", str(program), str(HERE / "dpkg.c"), "-ldpkg", "-lmd")
    return [str(program)], None


def php():
    need("php")
    if not pathlib.Path("/usr/share/php/Composer/Semver/autoload.php").exists():
        raise Missing("php-composer-semver is not installed")
    return ["php", str(HERE / "composer.php")], None


ORACLES = {
    "dpkg": dpkg,
    "rpm": lambda: ([python_with("rpm"), str(HERE / "rpm_labels.py")], None),
    "pep440": lambda: ([python_with("packaging"), str(HERE / "packaging_version.py")], None),
    "semver": node,
    "go": go,
    "maven": maven,
    "gem": lambda: ([need("ruby"), str(HERE / "gem.rb")], None),
    "composer": php,
}


def ask(argv, env, lines):
    r = subprocess.run(argv, input="".join(l + "\n" for l in lines), capture_output=True, text=True,
                       env={**os.environ, **(env or {})})
    answers = r.stdout.splitlines()
    if len(answers) != len(lines):
        raise SystemExit(f"{argv[0]} answered {len(answers)} of {len(lines)}: {r.stderr[-500:]}")
    return answers


def between(a, b):
    """Versions that an order may place between two others."""
    pieces = {text[:i] for text in (a, b) for i in range(1, len(text) + 1)}
    return sorted(pieces | {p + "-sp" for p in pieces} | {p + "-alpha" for p in pieces} | {p + ".1" for p in pieces})


def has_cycle(direct, answers):
    """True when some c lies between a and b the wrong way round. Answers are those of (a, c), (c, b), for each c."""
    order = {"<": -1, "=": 0, ">": 1}
    for ac, cb in zip(answers[::2], answers[1::2]):
        ac, cb = order[ac[0]], order[cb[0]]
        if ac * cb >= 0 and (ac or cb) != order[direct[0]]:
            return True
    return False


def contradict_themselves(oracle, disputed):
    """For each disputed pair, whether the tool's order has a cycle there. All are asked at once: a tool takes long to start."""
    found = []
    for i in range(0, len(disputed), 1000):
        some = disputed[i:i + 1000]
        lists = [between(a, b) for a, b in some]
        lines = [f"{x}\t{y}" for (a, b), cs in zip(some, lists) for c in cs for x, y in ((a, c), (c, b))]
        direct = ask(*oracle, [f"{a}\t{b}" for a, b in some])
        answers = ask(*oracle, lines)
        for d, cs in zip(direct, lists):
            found.append(has_cycle(d, answers[:2 * len(cs)]))
            del answers[:2 * len(cs)]
    return found


def compare(ours, oracle, scheme, batch):
    lines = [f"{a}\t{b}" for a, b in batch]
    answers = zip(batch, ask(*oracle, lines), ask([ours], None, [f"{scheme}\t{l}" for l in lines]))
    disputed = [x for x in answers if not all(t in ("?", m) for t, m in zip(x[1], x[2]))]
    excuses = contradict_themselves(oracle, [x[0] for x in disputed]) if scheme == "maven" else [False] * len(disputed)
    differ = [x for x, excused in zip(disputed, excuses) if not excused]
    for (a, b), theirs, mine in differ[:20]:
        print(f"  {scheme}: {a!r} {b!r}: the tool says {theirs}, we say {mine}")
    return len(batch), len(differ), len(disputed) - len(differ)


def agree(ours, scheme):
    try:
        oracle = ORACLES[scheme]()
    except Missing as e:
        print(f"{scheme}: skipped: {e}")
        return 0
    rng = random.Random(f"{SEED}/{scheme}")
    asked = differ = excused = 0
    while asked < PAIRS:
        got = compare(ours, oracle, scheme, list(pairs(rng, scheme, min(BATCH, PAIRS - asked))))
        asked, differ, excused = asked + got[0], differ + got[1], excused + got[2]
    extra = f", {excused} where the tool contradicts itself" if excused else ""
    print(f"{scheme}: {asked} pairs, {differ} disagreements{extra}", flush=True)
    return differ


def main():
    CACHE.mkdir(parents=True, exist_ok=True)
    return 1 if sum(agree(sys.argv[1], s) for s in sys.argv[2:] or ORACLES) else 0


if __name__ == "__main__":
    sys.exit(main())
