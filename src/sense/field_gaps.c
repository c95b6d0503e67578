/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields that rules written for Falco may ask and that have no true answer
 * here. A check of one is an error that says so: a field that were always
 * empty would make rules silent without a word.
 */
#include "sense/fields.h"

#define NO_DESCRIPTORS "open descriptors are not followed; what 0, 1 and 2 are say proc.stdin.type, proc.stdout.type and proc.stderr.type"
#define NO_MEMORY "an event does not bring the memory of its process along; event 'resource' tells where a container has too little"
#define NO_SCHEDULER "the scheduler is not watched"
#define NO_THREADS "threads are not counted"
#define NO_CLUSTER "nobody asks the API server; k8s.pod.* and k8s.ns.name are known from the runtime's files"
#define NO_POLL "calls that wait are not watched"
#define NO_FILES "what is read from and written to files is not looked at"
#define SYSDIGS "it is for Sysdig's tables alone"
#define GONE "Falco has it no more either"

const struct bh_field_gap bh_field_gaps[] = {
        { "evt.around", "compare evt.rawtime with both ends of the interval" },
        { "evt.outputtime", "print evt.time" },
        { "evt.count.procinfo", SYSDIGS },
        { "evt.count.threadinfo", SYSDIGS },
        { "evt.buflen.file", NO_FILES },
        { "evt.buflen.file.*", NO_FILES },
        { "evt.infra.docker.*", "no events of Docker's daemon are taken; event 'container' tells of new containers" },
        { "proc.fdopencount", NO_DESCRIPTORS },
        { "proc.fdlimit", NO_DESCRIPTORS },
        { "proc.fdusage", NO_DESCRIPTORS },
        { "proc.vmsize", NO_MEMORY },
        { "proc.vmrss", NO_MEMORY },
        { "proc.vmswap", NO_MEMORY },
        { "proc.nthreads", NO_THREADS },
        { "proc.nchilds", NO_THREADS },
        { "proc.stdin.name", NO_DESCRIPTORS },
        { "proc.stdout.name", NO_DESCRIPTORS },
        { "proc.stderr.name", NO_DESCRIPTORS },
        { "thread.pfmajor", NO_MEMORY },
        { "thread.pfminor", NO_MEMORY },
        { "thread.vmsize", NO_MEMORY },
        { "thread.vmsize.b", NO_MEMORY },
        { "thread.vmrss", NO_MEMORY },
        { "thread.vmrss.b", NO_MEMORY },
        { "thread.exectime", NO_SCHEDULER },
        { "thread.totexectime", NO_SCHEDULER },
        { "thread.cpu", NO_SCHEDULER },
        { "thread.cpu.*", NO_SCHEDULER },
        { "fd.types", NO_DESCRIPTORS },
        { "fdlist.*", NO_POLL },
        { "util.cnt", "it is a counter of the engine's own; evt.num counts events" },
        { "container.cni.json", "nobody asks the runtime's daemon; container.ip is the address that its files tell" },
        { "k8s.pod.cni.json", "nobody asks the runtime's daemon; k8s.pod.ip is the address that its files tell" },
        { "k8s.ns.id", NO_CLUSTER },
        { "k8s.ns.label", NO_CLUSTER },
        { "k8s.ns.labels", NO_CLUSTER },
        { "k8s.deployment.*", NO_CLUSTER },
        { "k8s.rc.*", NO_CLUSTER },
        { "k8s.rs.*", NO_CLUSTER },
        { "k8s.svc.*", NO_CLUSTER },
        { "k8smeta.ns.uid", NO_CLUSTER },
        { "k8smeta.ns.label", NO_CLUSTER },
        { "k8smeta.ns.labels", NO_CLUSTER },
        { "k8smeta.deployment.*", NO_CLUSTER },
        { "k8smeta.rc.*", NO_CLUSTER },
        { "k8smeta.rs.*", NO_CLUSTER },
        { "k8smeta.svc.*", NO_CLUSTER },
        { "syslog.*", GONE },
        { "span.*", GONE },
        { "evtin.*", GONE },
        { "mesos.*", GONE },
        { "marathon.*", GONE },
        { NULL, NULL },
};
