#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every sentence that reaches the console has its Chinese wording (web/src/i18n/zh), and no wording is left of one that went.

A sentence is named by its format string as it stands in the C source; docs/decisions/0020-a-sentence-is-its-own-name.md says why.

    sentences.py ROOT           what is missing, and what is too much
    sentences.py ROOT FOLDER    the sentences of a folder, for who writes a catalogue
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])

# Of these folders, and these files, all that reads like a sentence; of FAILS what is said by a call that fails or leaves a gap.
ALL = ["gate", "manage", "serve", "store"]
WHOLE = set("""comply/judge.c comply/k8s/rbac_risk.c guard/respond/container.c guard/respond/dossier.c guard/respond/evidence.c guard/respond/isolate.c guard/respond/kill.c
               guard/respond/perform.c guard/respond/quarantine.c guard/respond/respond.c image/mounts.c image/rootfs.c lib/advise.c lib/attribute.c lib/licences.c lib/mend.c
               lib/rebase.c lib/scan.c lib/vulns.c model/exposure.c passwords/candidates.c passwords/names.c passwords/plan.c passwords/store_small.c passwords/store_sshkey.c
               scan/config.c scan/config_rules.c scan/integrity.c scan/layer.c scan/matchers.c scan/risk.c scan/webshell/packed.c scan/webshell/webshell.c
               sense/ebpf/ebpf.c sense/ebpf/hooks.c sense/ebpf/prevent.c sense/field_gaps.c sense/proc.c uplink/link.c""".split())
FAILS = ["advisory", "base", "comply", "engine", "fmt", "guard", "http", "image", "inventory", "lib", "model", "passwords", "rule", "runtime", "scan", "sense", "sys", "trust", "uplink", "wire"]
# Files that say nothing to the console: names of others (ATT&CK), what is sent elsewhere, help of commands, pages that have their own Chinese.
SILENT = re.compile(r"manage/(attack|alert_fields|compliance_report|incidents|intel|reports_text)\.c|manage/sinks/(chat|ecs|mail|ocsf|news|siem)\.c|serve/(answer|metrics|search|openapi|console_linked)\.c|"
                    r"gate/(subject|vex\w*|exceptions)\.c|comply/(report|oscal)/|store/(backup|restore|migrate|cache|list_csv)\.c|wire/report/|\.h$")
SAYS = re.compile(r"\b(bh_fail|bh_fail_sys|bh_wrap|bh_row_fail|bh_call_problem|bh_daemon_failed|bh_api_fail|\w+_gap|wrong|failed|refuse|refused|mistake)\(")
TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|#[ \t]*include[^\n]*|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|\bPRI[diux]64\b|\s+|\w+|.', re.S)
NOT_A_SENTENCE = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|JOIN|ORDER|VALUES|COALESCE|CREATE|PRAGMA|ON CONFLICT|SET|EXISTS|CASE|AND|OR|NOT|IN|IS|DESC|COUNT|SAVEPOINT|GROUP|ROLLBACK|"
                            r"RELEASE|AS)\b|\\[rn]|^<|^\w+ \w$|charset|'self'|^attachment|^Content-|, immutable|^max-age|^(Bearer|Basic|If-None|openid|id, name|--base|apt-get|apk|dnf) ?|"
                            r"^(%[.*]*s)+ (in|to|of) %[.*]*s( %[.*]*s)?$")


def literals(text):
    """Each string with its neighbours joined, and where it begins."""
    found, at = None, 0
    for m in TOKEN.finditer(text):
        t = m.group()
        if t[0] == '"':
            found, at = (found or "") + t[1:-1], at if found is not None else m.start()
        elif t.startswith("PRI") and found is not None:
            found += "d" if t[3] == "i" else t[3]
        elif not (t.isspace() or t.startswith(("/*", "//"))):
            if found is not None:
                yield at, found
            found = None


def spans(text):
    """From where to where a call that SAYS goes."""
    for m in SAYS.finditer(text):
        depth = 0
        for t in TOKEN.finditer(text, m.end() - 1):
            depth += {"(": 1, ")": -1}.get(t.group(), 0)
            if depth == 0:
                yield m.start(), t.end()
                break


def sentences(folder, all_of_it):
    for path in sorted((root / "src" / folder).rglob("*.[ch]")):
        if SILENT.search(path.relative_to(root / "src").as_posix()):
            continue
        text = path.read_text()
        said = None if all_of_it else list(spans(text))
        for at, s in literals(text):
            if not re.search(r"[A-Za-z]{2,}[,;:]? +[a-z%]|%[a-z.*]+ [a-z]{2,}", s) or NOT_A_SENTENCE.search(s):
                continue
            if all_of_it or path.relative_to(root / "src").as_posix() in WHOLE or any(a <= at < b for a, b in said):
                yield s, path.relative_to(root).as_posix()


def content():
    """What files of content say of the findings they make."""
    for folder in ("malware", "secrets", "webshell"):
        for path in sorted((root / "content" / folder).glob("*.yaml")):
            for m in re.finditer(r"^\s*(?:- )?(?:title|mend):\s*(.+)$", path.read_text(), re.M):
                text = m[1].strip()
                text = text[1:-1].replace("''", "'") if text[0] in "'\"" else text
                yield text.replace('"', '\\"'), path.relative_to(root).as_posix()


def catalogue(path):
    """Keys of a table in TypeScript; its strings are C's, too."""
    return re.findall(r'^\t"((?:[^"\\]|\\.)*)": "', path.read_text(), re.M)


def main():
    if len(sys.argv) > 2:
        print("\n".join(dict(sentences(sys.argv[2], sys.argv[2] in ALL))))
        return 0
    bad, worded = [f"sentences.py: there is no src/{name}" for name in sorted(WHOLE) if not (root / "src" / name).exists()], {}
    for path in sorted((root / "web/src/i18n/zh").glob("*.ts")):
        for key in catalogue(path):
            if key in worded:
                bad.append(f"{path.name}: \"{key}\" is in {worded[key]}, too")
            worded[key] = path.name
    said = {}
    for folder in ALL + FAILS:
        for s, where in sentences(folder, folder in ALL):
            said.setdefault(s, where)
    said |= dict(content())
    bad += [f"{where}: no Chinese wording of \"{s}\"" for s, where in said.items() if s not in worded]
    everything = {s for path in (root / "src").rglob("*.[ch]") for _, s in literals(path.read_text())} | set(said)
    bad += [f"web/src/i18n/zh/{name}: nobody says \"{key}\" any more" for key, name in worded.items() if key not in everything and name not in ("joints.ts", "older.ts")]
    if bad:
        print("\n".join(bad))
    if len(said) < 500:
        print(f"only {len(said)} sentences were found: the reader of the source is broken")
        return 1
    return bool(bad)


sys.exit(main())
