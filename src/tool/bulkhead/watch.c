/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead watch: what containers and the host do, judged by rules, told, and answered. */
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/state.h"
#include "tool/watching.h"

static const struct bh_opt opts[] = {
        { "rules", 0, "FILE|DIR", "rules to watch by (default: ours); may be given several times", NULL, true },
        { "format", 0, "FORMAT", "of what goes to standard output: text or json", "text", false },
        { "output", 'o', "SPEC", "where alerts go, instead of standard output; may be given several times", NULL, true },
        { "priority", 0, "PRIORITY", "use no rules below this priority", "debug", false },
        { "all-matches", 0, NULL, "every rule that matches an event alerts, not only the first, or of our own rules the gravest", NULL, false },
        { "disable", 0, "RULE|tag:TAG", "switch rules off, by a glob of their names or by a tag", NULL, true },
        { "enable", 0, "RULE|tag:TAG", "switch rules on; of all --disable and --enable, those come last", NULL, true },
        { "container", 0, "NAME|ID", "alerts of this container only", NULL, false },
        { "responses", 0, "FILE", "what to do about alerts (docs/RESPONSES.md)", NULL, false },
        { "mode", 0, "MODE", "observe, dry-run or act, instead of what the responses say", NULL, false },
        { "allow", 0, "FILE", "what rules need not speak of (default: allow.yaml of the state)", NULL, false },
        { "hashes", 0, "FILE", "a list of digests of bad programs; may be given several times", NULL, true },
        { "append-output", 0, "FILE", "what is appended to alerts: append_output of this YAML (default: container fields)", NULL, false },
        { "iso-time", 0, NULL, "text alerts begin with date and time in UTC", NULL, false },
        { "message", 0, NULL, "JSON alerts have a member message", NULL, false },
        { "replay", 0, "FILE", "watch a recording instead of this machine; - is standard input", NULL, false },
        { "record", 0, "FILE", "write all events to this file too", NULL, false },
        { "backend", 0, "NAME", "where events come from (default: the best there is)", NULL, false },
        { "login", 0, "FILE", "follow this log of logins (default: the machine's own; none: no log)", NULL, true },
        { "k8s-audit", 0, "FILE", "follow this log of Kubernetes' audit; - is standard input", NULL, false },
        { "k8s-audit-hook", 0, "[ADDRESS:]PORT,...", "listen for the webhook of Kubernetes' audit, on the loopback unless said otherwise (docs/SENSOR.md)", NULL, false },
        { "pin", 0, "DIR", "go on in the kernel when killed, pinned here, such as /sys/fs/bpf/bulkhead (docs/KERNEL.md)", NULL, false },
        { "no-filter", 0, NULL, "let the kernel send all events that rules name, unfiltered", NULL, false },
        { "content", 0, "DIR", "our rules, when they are not beside the program", NULL, false },
        { "stats", 0, NULL, "say at the end what was seen, lost and alerted", NULL, false },
        { "quiet", 'q', NULL, "say nothing about the sensor at the start", NULL, false },
        BH_STATE_OPT,
        { NULL, 0, NULL, NULL, NULL, false },
};

static int run(struct bh_cli *cli, struct bh_err *err) {
        return bh_watch_run(cli, NULL, err);
}

const struct bh_cmd bh_cmd_watch = {
        .name = "watch",
        .about = "watch what containers and this machine do, and alert by rules",
        .text = "Rules are those Falco users know; alerts are byte for byte what their tools read.\n"
                "Rules, the allow-list and the responses are read again when their files change, and on SIGHUP.\n"
                "An output is one of\n"
                "  stdout                              \n"
                "  file:PATH[,size=100M,keep=5]        lines of JSON; turns at that size\n"
                "  syslog:udp://HOST[:PORT]            also tcp, and tls with ca=FILE; facility=authpriv\n"
                "  https://...[,batch=N,ca=FILE]       a POST for each alert, or an array of up to N\n"
                "  unix:PATH                           lines to a socket\n"
                "and takes format=json|text, priority=warning, tags=a+b, memory=4M, spool=DIR, and last when=CONDITION.\n"
                "Exit codes: 0 ended by a signal or with the recording, 2 wrong use, 3 could not watch.\n",
        .examples = "  bulkhead watch\n"
                    "  bulkhead watch --format json --priority warning\n"
                    "  bulkhead watch --rules /etc/falco/falco_rules.yaml -o file:/var/log/alerts.json,size=50M\n"
                    "  bulkhead watch --responses responses.yaml --mode dry-run\n"
                    "  bulkhead watch --k8s-audit-hook 9444,cert=hook.pem,key=hook.key,token=hook.token\n"
                    "  bulkhead watch --replay attack.bhrec --stats\n",
        .opts = opts,
        .run = run,
};
