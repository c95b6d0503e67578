/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the checks of Compose files. */
#include "comply/lint/engine.h"

#define HIGH BH_SEVERITY_HIGH
#define MEDIUM BH_SEVERITY_MEDIUM
#define LOW BH_SEVERITY_LOW
#define CRITICAL BH_SEVERITY_CRITICAL
#define INFO BH_SEVERITY_INFO

const struct bh_manifest_about bh_compose_rows[_BH_DC_MAX] = {
        [BH_DC_PRIVILEGED] = { "DC001", CRITICAL, "container-security", "The service is privileged", "It is root on the host.", "Take privileged away and add single capabilities or devices." },
        [BH_DC_SOCKET] = { "DC002", CRITICAL, "container-security", "The container engine can be reached", "Who speaks to it is root on the host.", "Take the mount away, or put a proxy that filters requests between." },
        [BH_DC_HOST_PATH] = { "DC003", HIGH, "container-security", "A sensitive directory of the host is mounted", "By it the host can be taken over or its keys read.", "Mount the one folder that is needed, read-only, or a named volume." },
        [BH_DC_NETWORK] = { "DC004", HIGH, "network", "The host's network is shared", "It reaches what listens on the host's loopback, and takes its ports.", "Take network_mode: host away and publish ports." },
        [BH_DC_PID] = { "DC005", HIGH, "container-security", "The host's processes are shared", "It sees and signals them, with their environments.", "Take pid: host away." },
        [BH_DC_IPC] = { "DC006", HIGH, "container-security", "The host's shared memory is shared", "It reads and writes memory of others.", "Take ipc: host away." },
        [BH_DC_USERNS] = { "DC007", MEDIUM, "container-security", "User namespaces are turned off for it", "Root inside is root outside.", "Take userns_mode: host away." },
        [BH_DC_CAPS] = { "DC008", HIGH, "container-security", "A strong capability is added", "Many of them are root on the host in all but name.", "Take it away from cap_add." },
        [BH_DC_UNCONFINED] = { "DC009", HIGH, "container-security", "A protection of the kernel is turned off", "seccomp, AppArmor or SELinux no longer keep it in.", "Take the line away from security_opt." },
        [BH_DC_NEW_RIGHTS] = { "DC010", LOW, "container-security", "Rights may grow", "A setuid program in the image gives root.", "Add no-new-privileges:true to security_opt." },
        [BH_DC_ROOT] = { "DC011", MEDIUM, "container-security", "The service runs as root", "Root inside is root outside when anything else gives way.", "Name another user." },
        [BH_DC_LATEST] = { "DC012", MEDIUM, "images", "The image has no version", "It is another image tomorrow.", "Name a version, better with its digest." },
        [BH_DC_PASSWORD] = { "DC013", HIGH, "secrets", "A password stands in the file", "Whoever reads the repository has it.", "Use secrets:, or a variable from outside the file." },
        [BH_DC_PORT] = { "DC014", MEDIUM, "network", "A database is published on all addresses", "Docker's own rules let it past most firewalls.", "Publish it on 127.0.0.1, or not at all: services reach each other by name." },
        [BH_DC_MEMORY] = { "DC015", LOW, "resources", "Memory is not limited", "One service takes the host's memory.", "Set deploy.resources.limits.memory or mem_limit." },
        [BH_DC_WRITABLE] = { "DC016", INFO, "container-security", "The root file system can be written", "What an intruder cannot write down he cannot start again.", "Set read_only: true, and tmpfs where it writes." },
        [BH_DC_DEVICE] = { "DC017", HIGH, "container-security", "A device of the host is given", "Disks and memory of the host are open by it.", "Take the device away." },
        [BH_DC_CGROUP] = { "DC018", MEDIUM, "container-security", "The host's cgroups are shared", "It sees, and may change, limits of others.", "Take cgroup: host away." },
        [BH_DC_HEALTH] = { "DC019", INFO, "health", "Nothing asks whether it works", "What hangs is taken for running.", "Write a healthcheck, here or in the image." },
};
