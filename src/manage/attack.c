/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/attack.h"

#include <stdlib.h>

enum { REC, RES, INI, EXE, PER, PRI, EVA, CRE, DIS, LAT, COL, C2, EXF, IMP };

const struct bh_tactic bh_tactics[] = {
        [REC] = { "TA0043", "mitre_reconnaissance", "Reconnaissance" },
        [RES] = { "TA0042", "mitre_resource_development", "Resource Development" },
        [INI] = { "TA0001", "mitre_initial_access", "Initial Access" },
        [EXE] = { "TA0002", "mitre_execution", "Execution" },
        [PER] = { "TA0003", "mitre_persistence", "Persistence" },
        [PRI] = { "TA0004", "mitre_privilege_escalation", "Privilege Escalation" },
        [EVA] = { "TA0005", "mitre_defense_evasion", "Defense Evasion" },
        [CRE] = { "TA0006", "mitre_credential_access", "Credential Access" },
        [DIS] = { "TA0007", "mitre_discovery", "Discovery" },
        [LAT] = { "TA0008", "mitre_lateral_movement", "Lateral Movement" },
        [COL] = { "TA0009", "mitre_collection", "Collection" },
        [C2] = { "TA0011", "mitre_command_and_control", "Command and Control" },
        [EXF] = { "TA0010", "mitre_exfiltration", "Exfiltration" },
        [IMP] = { "TA0040", "mitre_impact", "Impact" },
};
const unsigned bh_tactics_n = BH_LEN(bh_tactics);

#define IN(tactic) (uint16_t) (1u << (tactic))

/* In the order of their ids: they are looked for by halves. */
static const struct bh_technique techniques[] = {
        { "T1003", "OS Credential Dumping", IN(CRE) },
        { "T1003.007", "Proc Filesystem", IN(CRE) },
        { "T1003.008", "/etc/passwd and /etc/shadow", IN(CRE) },
        { "T1005", "Data from Local System", IN(COL) },
        { "T1006", "Direct Volume Access", IN(EVA) },
        { "T1014", "Rootkit", IN(EVA) },
        { "T1018", "Remote System Discovery", IN(DIS) },
        { "T1021", "Remote Services", IN(LAT) },
        { "T1021.002", "SMB/Windows Admin Shares", IN(LAT) },
        { "T1021.004", "SSH", IN(LAT) },
        { "T1027", "Obfuscated Files or Information", IN(EVA) },
        { "T1027.004", "Compile After Delivery", IN(EVA) },
        { "T1027.011", "Fileless Storage", IN(EVA) },
        { "T1030", "Data Transfer Size Limits", IN(EXF) },
        { "T1033", "System Owner/User Discovery", IN(DIS) },
        { "T1036", "Masquerading", IN(EVA) },
        { "T1036.004", "Masquerade Task or Service", IN(EVA) },
        { "T1036.005", "Match Legitimate Resource Name or Location", IN(EVA) },
        { "T1037", "Boot or Logon Initialization Scripts", IN(PER) | IN(PRI) },
        { "T1037.004", "RC Scripts", IN(PER) | IN(PRI) },
        { "T1040", "Network Sniffing", IN(CRE) | IN(DIS) },
        { "T1041", "Exfiltration Over C2 Channel", IN(EXF) },
        { "T1046", "Network Service Discovery", IN(DIS) },
        { "T1048", "Exfiltration Over Alternative Protocol", IN(EXF) },
        { "T1048.003", "Exfiltration Over Unencrypted Non-C2 Protocol", IN(EXF) },
        { "T1053", "Scheduled Task/Job", IN(EXE) | IN(PER) | IN(PRI) },
        { "T1053.002", "At", IN(EXE) | IN(PER) | IN(PRI) },
        { "T1053.003", "Cron", IN(EXE) | IN(PER) | IN(PRI) },
        { "T1053.007", "Container Orchestration Job", IN(EXE) | IN(PER) | IN(PRI) },
        { "T1055", "Process Injection", IN(EVA) | IN(PRI) },
        { "T1055.008", "Ptrace System Calls", IN(EVA) | IN(PRI) },
        { "T1055.009", "Proc Memory", IN(EVA) | IN(PRI) },
        { "T1056", "Input Capture", IN(COL) | IN(CRE) },
        { "T1057", "Process Discovery", IN(DIS) },
        { "T1059", "Command and Scripting Interpreter", IN(EXE) },
        { "T1059.004", "Unix Shell", IN(EXE) },
        { "T1059.006", "Python", IN(EXE) },
        { "T1059.007", "JavaScript", IN(EXE) },
        { "T1068", "Exploitation for Privilege Escalation", IN(PRI) },
        { "T1069", "Permission Groups Discovery", IN(DIS) },
        { "T1070", "Indicator Removal", IN(EVA) },
        { "T1070.002", "Clear Linux or Mac System Logs", IN(EVA) },
        { "T1070.003", "Clear Command History", IN(EVA) },
        { "T1070.004", "File Deletion", IN(EVA) },
        { "T1070.006", "Timestomp", IN(EVA) },
        { "T1071", "Application Layer Protocol", IN(C2) },
        { "T1071.004", "DNS", IN(C2) },
        { "T1072", "Software Deployment Tools", IN(EXE) | IN(LAT) },
        { "T1074", "Data Staged", IN(COL) },
        { "T1074.001", "Local Data Staging", IN(COL) },
        { "T1078", "Valid Accounts", IN(INI) | IN(PER) | IN(PRI) | IN(EVA) },
        { "T1078.001", "Default Accounts", IN(INI) | IN(PER) | IN(PRI) | IN(EVA) },
        { "T1078.003", "Local Accounts", IN(INI) | IN(PER) | IN(PRI) | IN(EVA) },
        { "T1082", "System Information Discovery", IN(DIS) },
        { "T1083", "File and Directory Discovery", IN(DIS) },
        { "T1087", "Account Discovery", IN(DIS) },
        { "T1087.001", "Local Account", IN(DIS) },
        { "T1087.004", "Cloud Account", IN(DIS) },
        { "T1090", "Proxy", IN(C2) },
        { "T1090.001", "Internal Proxy", IN(C2) },
        { "T1090.003", "Multi-hop Proxy", IN(C2) },
        { "T1095", "Non-Application Layer Protocol", IN(C2) },
        { "T1098", "Account Manipulation", IN(PER) | IN(PRI) },
        { "T1098.004", "SSH Authorized Keys", IN(PER) | IN(PRI) },
        { "T1098.006", "Additional Container Cluster Roles", IN(PER) | IN(PRI) },
        { "T1098.007", "Additional Local or Domain Groups", IN(PER) | IN(PRI) },
        { "T1102", "Web Service", IN(C2) },
        { "T1105", "Ingress Tool Transfer", IN(C2) },
        { "T1110", "Brute Force", IN(CRE) },
        { "T1110.001", "Password Guessing", IN(CRE) },
        { "T1110.003", "Password Spraying", IN(CRE) },
        { "T1133", "External Remote Services", IN(INI) | IN(PER) },
        { "T1134", "Access Token Manipulation", IN(EVA) | IN(PRI) },
        { "T1136", "Create Account", IN(PER) },
        { "T1136.001", "Local Account", IN(PER) },
        { "T1140", "Deobfuscate/Decode Files or Information", IN(EVA) },
        { "T1190", "Exploit Public-Facing Application", IN(INI) },
        { "T1204", "User Execution", IN(EXE) },
        { "T1204.002", "Malicious File", IN(EXE) },
        { "T1204.003", "Malicious Image", IN(EXE) },
        { "T1205", "Traffic Signaling", IN(EVA) | IN(PER) | IN(C2) },
        { "T1205.002", "Socket Filters", IN(EVA) | IN(PER) | IN(C2) },
        { "T1218", "System Binary Proxy Execution", IN(EVA) },
        { "T1219", "Remote Access Tools", IN(C2) },
        { "T1222", "File and Directory Permissions Modification", IN(EVA) },
        { "T1222.002", "Linux and Mac File and Directory Permissions Modification", IN(EVA) },
        { "T1485", "Data Destruction", IN(IMP) },
        { "T1486", "Data Encrypted for Impact", IN(IMP) },
        { "T1489", "Service Stop", IN(IMP) },
        { "T1490", "Inhibit System Recovery", IN(IMP) },
        { "T1491", "Defacement", IN(IMP) },
        { "T1496", "Resource Hijacking", IN(IMP) },
        { "T1496.001", "Compute Hijacking", IN(IMP) },
        { "T1497", "Virtualization/Sandbox Evasion", IN(EVA) | IN(DIS) },
        { "T1497.001", "System Checks", IN(EVA) | IN(DIS) },
        { "T1498", "Network Denial of Service", IN(IMP) },
        { "T1498.001", "Direct Network Flood", IN(IMP) },
        { "T1499", "Endpoint Denial of Service", IN(IMP) },
        { "T1499.001", "OS Exhaustion Flood", IN(IMP) },
        { "T1505", "Server Software Component", IN(PER) },
        { "T1505.003", "Web Shell", IN(PER) },
        { "T1525", "Implant Internal Image", IN(PER) },
        { "T1528", "Steal Application Access Token", IN(CRE) },
        { "T1529", "System Shutdown/Reboot", IN(IMP) },
        { "T1531", "Account Access Removal", IN(IMP) },
        { "T1543", "Create or Modify System Process", IN(PER) | IN(PRI) },
        { "T1543.002", "Systemd Service", IN(PER) | IN(PRI) },
        { "T1543.005", "Container Service", IN(PER) | IN(PRI) },
        { "T1546", "Event Triggered Execution", IN(PER) | IN(PRI) },
        { "T1546.004", "Unix Shell Configuration Modification", IN(PER) | IN(PRI) },
        { "T1546.016", "Installer Packages", IN(PER) | IN(PRI) },
        { "T1546.018", "Python Startup Hooks", IN(PER) | IN(PRI) },
        { "T1547", "Boot or Logon Autostart Execution", IN(PER) | IN(PRI) },
        { "T1547.006", "Kernel Modules and Extensions", IN(PER) | IN(PRI) },
        { "T1547.013", "XDG Autostart Entries", IN(PER) | IN(PRI) },
        { "T1548", "Abuse Elevation Control Mechanism", IN(PRI) | IN(EVA) },
        { "T1548.001", "Setuid and Setgid", IN(PRI) | IN(EVA) },
        { "T1548.003", "Sudo and Sudo Caching", IN(PRI) | IN(EVA) },
        { "T1550", "Use Alternate Authentication Material", IN(EVA) | IN(LAT) },
        { "T1552", "Unsecured Credentials", IN(CRE) },
        { "T1552.001", "Credentials In Files", IN(CRE) },
        { "T1552.003", "Shell History", IN(CRE) },
        { "T1552.004", "Private Keys", IN(CRE) },
        { "T1552.005", "Cloud Instance Metadata API", IN(CRE) },
        { "T1552.007", "Container API", IN(CRE) },
        { "T1554", "Compromise Host Software Binary", IN(PER) },
        { "T1555", "Credentials from Password Stores", IN(CRE) },
        { "T1556", "Modify Authentication Process", IN(CRE) | IN(EVA) | IN(PER) },
        { "T1556.003", "Pluggable Authentication Modules", IN(CRE) | IN(EVA) | IN(PER) },
        { "T1557", "Adversary-in-the-Middle", IN(CRE) | IN(COL) },
        { "T1558", "Steal or Forge Kerberos Tickets", IN(CRE) },
        { "T1560", "Archive Collected Data", IN(COL) },
        { "T1560.001", "Archive via Utility", IN(COL) },
        { "T1561", "Disk Wipe", IN(IMP) },
        { "T1561.001", "Disk Content Wipe", IN(IMP) },
        { "T1562", "Impair Defenses", IN(EVA) },
        { "T1562.001", "Disable or Modify Tools", IN(EVA) },
        { "T1562.003", "Impair Command History Logging", IN(EVA) },
        { "T1562.004", "Disable or Modify System Firewall", IN(EVA) },
        { "T1562.012", "Disable or Modify Linux Audit System", IN(EVA) },
        { "T1563", "Remote Service Session Hijacking", IN(LAT) },
        { "T1563.001", "SSH Hijacking", IN(LAT) },
        { "T1564", "Hide Artifacts", IN(EVA) },
        { "T1564.001", "Hidden Files and Directories", IN(EVA) },
        { "T1565", "Data Manipulation", IN(IMP) },
        { "T1565.001", "Stored Data Manipulation", IN(IMP) },
        { "T1567", "Exfiltration Over Web Service", IN(EXF) },
        { "T1567.002", "Exfiltration to Cloud Storage", IN(EXF) },
        { "T1571", "Non-Standard Port", IN(C2) },
        { "T1572", "Protocol Tunneling", IN(C2) },
        { "T1573", "Encrypted Channel", IN(C2) },
        { "T1574", "Hijack Execution Flow", IN(PER) | IN(PRI) | IN(EVA) },
        { "T1574.006", "Dynamic Linker Hijacking", IN(PER) | IN(PRI) | IN(EVA) },
        { "T1580", "Cloud Infrastructure Discovery", IN(DIS) },
        { "T1609", "Container Administration Command", IN(EXE) },
        { "T1610", "Deploy Container", IN(EVA) | IN(EXE) },
        { "T1611", "Escape to Host", IN(PRI) },
        { "T1612", "Build Image on Host", IN(EVA) },
        { "T1613", "Container and Resource Discovery", IN(DIS) },
        { "T1614", "System Location Discovery", IN(DIS) },
        { "T1620", "Reflective Code Loading", IN(EVA) },
};

static int by_id(const void *key, const void *row) {
        return bh_str_cmp(*(const struct bh_str *) key, bh_str_of(((const struct bh_technique *) row)->id));
}

const struct bh_technique *bh_technique_of(struct bh_str tag) {
        return bsearch(&tag, techniques, BH_LEN(techniques), sizeof *techniques, by_id);
}

static bool digits(struct bh_str s) {
        for (size_t i = 0; i < s.len; i++)
                if (!bh_is_digit(s.at[i]))
                        return false;
        return true;
}

bool bh_technique_is(struct bh_str tag) {
        if ((tag.len != 5 && tag.len != 9) || tag.at[0] != 'T' || !digits(bh_str_part(tag, 1, 4)))
                return false;
        return tag.len == 5 || (tag.at[5] == '.' && digits(bh_str_from(tag, 6)));
}

int bh_tactic_of(struct bh_str tag) {
        for (unsigned i = 0; i < BH_LEN(bh_tactics); i++)
                if (bh_str_is(tag, bh_tactics[i].tag) || bh_str_is(tag, bh_tactics[i].id))
                        return (int) i;
        return -1;
}

uint16_t bh_attack_tactics(const struct bh_str *tags, size_t n) {
        unsigned named = 0, meant = 0;

        for (size_t i = 0; i < n; i++) {
                int tactic = bh_tactic_of(tags[i]);
                const struct bh_technique *t = tactic < 0 ? bh_technique_of(tags[i]) : NULL;

                if (tactic >= 0)
                        named |= 1u << tactic;
                if (t)
                        meant |= t->tactics;
        }
        return (uint16_t) (named ? named : meant);
}

/* A rule may name a tactic that ATT&CK does not have its technique under: then the rule is right. */
uint16_t bh_attack_under(struct bh_str technique, uint16_t tactics) {
        const struct bh_technique *t = bh_technique_of(technique);

        return t && (t->tactics & tactics) ? t->tactics & tactics : tactics;
}
