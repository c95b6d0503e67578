/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_BASE_LIMITS_H
#define BH_BASE_LIMITS_H
/*
 * Every limit that hostile input can run into, in one place. What is beyond a
 * limit is reported as a gap that names it; docs/LIMITS.md explains each row.
 */
#define BH_KIB (1024ull)
#define BH_MIB (1024ull * 1024)
#define BH_GIB (1024ull * 1024 * 1024)

/* An image */
#define BH_LIMIT_IMAGE_LAYERS 1000
#define BH_LIMIT_INDEX_IMAGES 1000 /* under one name, for --all-platforms */
#define BH_LIMIT_ARCHIVE_MEMBERS 100000
#define BH_LIMIT_IMAGE_JSON (16 * BH_MIB) /* a manifest or a configuration */

/* A layer, decompressed. */
#define BH_LIMIT_LAYER_BYTES (64 * BH_GIB)
#define BH_LIMIT_LAYER_ENTRIES (20 * 1000 * 1000ull)
#define BH_LIMIT_LAYER_SPECIALS 20000 /* setuid files, devices, ... that are listed one by one */
#define BH_LIMIT_LAYER_FINDINGS 20000
#define BH_LIMIT_ZSTD_WINDOW_LOG 27 /* 128 MiB, as zstd's own default for --long-less readers */

/* tar */
#define BH_LIMIT_TAR_PATH 4096         /* bytes of a path; Linux's PATH_MAX */
#define BH_LIMIT_TAR_PAX (1 * BH_MIB)  /* one PAX or GNU long-name record */
#define BH_LIMIT_TAR_SPARSE 65536      /* pieces of a sparse file */

/* How much of one file is held in memory at once; what is longer is read in pieces that overlap. */
#define BH_LIMIT_FILE (32 * BH_MIB)
#define BH_LIMIT_FILE_ELF (40 * BH_MIB)       /* programs; larger ones are searched as they pass by */
#define BH_LIMIT_FILE_DATABASE (512 * BH_MIB) /* package databases, which must be read whole */

#define BH_LIMIT_CACHE_MIB 4096 /* of results kept, unless an option says otherwise */
#define BH_LIMIT_CONTENT_BUNDLE (64 * BH_MIB) /* our own rules and the user's, as handed to a worker */
#define BH_LIMIT_SBOM (256 * BH_MIB) /* one SBOM to read */
#define BH_LIMIT_WORKER_MEMORY (2 * BH_GIB) /* address space of one jailed worker */

#define BH_LIMIT_DOC_DEPTH 64              /* JSON, YAML, TOML, XML nesting */
#define BH_LIMIT_YAML_COPIES 200000         /* values that YAML aliases repeat */
#define BH_LIMIT_DOC_NODES (4 * 1000 * 1000) /* values in one document */
#define BH_LIMIT_YAML_BYTES (32 * BH_MIB)      /* one YAML stream */

#define BH_LIMIT_REGEX_STEPS 200000            /* one match of one expression */
#define BH_LIMIT_REGEX_DEPTH 5000
#define BH_LIMIT_REGEX_HEAP_KIB 8192
#define BH_LIMIT_REGEX_STACK (1 * BH_MIB)
#define BH_LIMIT_CONTENT_BEFORE (1 * BH_KIB)   /* what a rule may look at before its keyword, */
#define BH_LIMIT_CONTENT_AFTER (16 * BH_KIB)   /* and after it: the `tail` of chunks */
#define BH_LIMIT_CONTENT_TEXT (2 * BH_MIB)     /* how much of a file the `all`, `any`, `none` of a rule see */
#define BH_LIMIT_CONTENT_FINDINGS 1000         /* of one file; the rest is a gap */
#define BH_LIMIT_CONTENT_WORK (256 * BH_MIB)    /* bytes that rules look at around keywords, in one file */
#define BH_LIMIT_CONTENT_COMPILED (64 * BH_MIB) /* compiled rules, as kept beside the cache */
#define BH_LIMIT_CONTENT_RULES 65536
#define BH_LIMIT_YARA_FILE (32 * BH_MIB)        /* of one file, that the user's YARA rules see */
#define BH_LIMIT_YARA_TEXT (4 * BH_MIB)         /* our own rules see no longer file that is no program */
#define BH_LIMIT_YARA_SECONDS 20               /* for one file */
#define BH_LIMIT_WEBSHELL_BYTES (4 * BH_MIB)    /* of a script, that are followed */
#define BH_LIMIT_WEBSHELL_TOKENS 500000         /* its words */
#define BH_LIMIT_WEBSHELL_UNPACKED (64 * BH_MIB) /* decoded and joined texts of one script, and the code in them 16 times */

#define BH_LIMIT_DEB822_FIELDS 128u            /* in one stanza */
#define BH_LIMIT_RPM_TAGS 65535u               /* in one RPM header, and its data: as rpm itself has them */
#define BH_LIMIT_RPM_HEADER (256 * BH_MIB)
#define BH_LIMIT_DB_ROWS 1000000u              /* packages in one database */
#define BH_LIMIT_DB_DEPTH 20u                  /* of a tree of SQLite pages */
#define BH_LIMIT_SECOND_FILE (25 * BH_MIB)      /* one file shown to clamd; its own StreamMaxLength is that or more */
#define BH_LIMIT_SECOND_LAYER (2048 * BH_MIB)   /* all that is shown of one layer */
#define BH_LIMIT_PE_STRINGS 1000                /* texts of one version resource */
#define BH_LIMIT_LICENCES 64u                  /* different licences of one package */
#define BH_LIMIT_LICENCE_BYTES 8192            /* one licence expression */
#define BH_LIMIT_LICENCE_NODES 4096
#define BH_LIMIT_LICENCE_DEPTH 32

#define BH_LIMIT_HTTP_HEAD (64 * BH_KIB)   /* header lines of one answer, and what is kept of a failure's body */
#define BH_LIMIT_HTTP_REDIRECTS 10u
#define BH_LIMIT_HTTP_PAUSE_S 120u         /* the longest Retry-After we wait for */
#define BH_LIMIT_HTTP_JSON (32 * BH_MIB)   /* an engine's or a token server's answer */
#define BH_LIMIT_ENGINE_OUTPUT (1 * BH_MIB) /* what a container wrote, as its engine hands it on */
#define BH_LIMIT_MANIFEST (4 * BH_MIB)     /* as the distribution specification advises */
#define BH_LIMIT_CONFIG_FILE (1 * BH_MIB)  /* config.json, a certificate */
#define BH_LIMIT_ROOTFS_DEPTH 512u         /* directories in directories */
#define BH_LIMIT_ROOTFS_GAPS 10000u        /* listed; more are counted */
#define BH_LIMIT_CATALOGUE 100000u          /* repositories of a registry, tags of a repository */
#define BH_LIMIT_SCAN_REPORT (256 * BH_MIB)  /* one report as the server takes it in */
#define BH_LIMIT_INDEX_BYTES (1024 * BH_MIB)  /* a vulnerability index, unpacked */
#define BH_LIMIT_INDEX_RECORDS (8ull * 1000 * 1000) /* advisories compiled into one index */
#define BH_LIMIT_INDEX_ROWS (64ull * 1000 * 1000)   /* package statements compiled into one index */
#define BH_LIMIT_INDEX_REFERENCES 48           /* kept for one vulnerability */
#define BH_LIMIT_INDEX_DETAILS (64 * BH_KIB)   /* of one description */
#define BH_LIMIT_INDEX_TEXT (8 * BH_MIB)      /* one packed block of its texts */

/* re-enactments */
#define BH_LIMIT_SIMULATION_FILE (1 * BH_MIB) /* one file of them */
#define BH_LIMIT_SIMULATIONS 1000u          /* in all files */
#define BH_LIMIT_SIMULATION_ALERTS 100000u  /* kept of one run */

/* advisory feeds */
#define BH_LIMIT_FEED_FILE (512 * BH_MIB)   /* one file, unpacked */
#define BH_LIMIT_FEED_ZIP (1 * BH_GIB)      /* one zip, packed: it is read through its directory */
#define BH_LIMIT_FEED_BYTES (64 * BH_GIB)   /* one walk, unpacked */
#define BH_LIMIT_PURL 4096  /* bytes of a package URL */
#define BH_LIMIT_VERSION 512 /* bytes of a version; longer ones are ordered by their bytes, after all others */


/* the sensor */
#define BH_LIMIT_WATCHED_ROOTS 1024u    /* mount namespaces, without BPF */
#define BH_LIMIT_NETWORKS 512u          /* network namespaces, likewise */
#define BH_LIMIT_NETWORKS_A_LOOK 16u
#define BH_LIMIT_NETWORKS_MS 50         /* for all of them in one look */
#define BH_LIMIT_SOCKETS_KEPT 65536u    /* remembered from look to look */
#define BH_LIMIT_NEW_SOCKETS 8192u      /* of one look */
#define BH_LIMIT_OWNER_FDS 200000u      /* descriptors looked at for whose they are, */
#define BH_LIMIT_OWNERS_MS 100          /* and how long */
#define BH_LIMIT_RESOURCE_CONTAINERS 16384 /* whose counters are remembered */
#define BH_LIMIT_RESOURCE_EVERY_MS 2000 /* looks at them */
#define BH_LIMIT_FIRST_GONE 1024u       /* processes that go on without their first thread, remembered without BPF */
#define BH_LIMIT_HIDDEN 64              /* processes, and ports, that may be hidden */
#define BH_LIMIT_HIDDEN_EVERY_MS 10000  /* looks for them */
#define BH_LIMIT_HIDDEN_SEARCH_MS 200   /* through all descriptors of all processes, for whose a socket is */
#define BH_LIMIT_LISTENING 4096         /* sockets that listen, looked at at once */
#define BH_LIMIT_REFUSE_MS 100          /* of judging a program that is about to start, without BPF */
#define BH_LIMIT_REFUSED_QUEUE 256      /* refused programs that wait to be told of */
#define BH_LIMIT_PASSWD (1 * BH_MIB)        /* one /etc/passwd or /etc/group of a container */
#define BH_LIMIT_RUNTIME_FILE (4 * BH_MIB)  /* one file in which a runtime describes a container */
#define BH_LIMIT_NAMED_CONTAINERS 1024u     /* control groups of containers that runc or crun started by hand */
#define BH_LIMIT_LOGIN_LINE (8 * BH_KIB)    /* one line of a log of logins */
#define BH_LIMIT_AUDIT_EVENT (8 * BH_MIB)   /* one event of Kubernetes' audit */
#define BH_LIMIT_AUDIT_TEXT (16 * BH_MIB)   /* those that come at once by its webhook */
#define BH_LIMIT_AUDIT_INBOX (32 * BH_MIB)  /* that came and wait to be judged */
#define BH_LIMIT_AUDIT_TURN_MS 25           /* of judging them before the sensor has its turn */
#define BH_LIMIT_CONTAINER_MOUNTS 128       /* kept of one container */
#define BH_LIMIT_CONTAINER_LABELS 128
#define BH_LIMIT_CONTAINER_TEXT (16 * BH_KIB) /* all strings kept of one container */
#define BH_LIMIT_CONTAINERS_TEXT (16 * BH_MIB) /* of all of them */

/* Java archives, with all that is nested in them */
#define BH_LIMIT_JAR_BYTES (8 * BH_GIB)  /* inflated */
#define BH_LIMIT_JAR_ENTRIES (4 * 1000 * 1000)
#define BH_LIMIT_JAR_DEPTH 4
#define BH_LIMIT_JAR_META (1 * BH_MIB)   /* one pom or manifest */
#define BH_LIMIT_JAR_NESTED (128 * BH_MIB) /* one archive inside another that is held whole */

#define BH_LIMIT_VEX_BYTES (64 * BH_MIB)      /* one VEX document */
#define BH_LIMIT_VEX_PRODUCTS (2 * 1000 * 1000ull) /* products it speaks of, counted for each vulnerability */

#define BH_LIMIT_RUST_AUDIT (8 * BH_MIB) /* a Rust program's list of crates, unpacked */


/* alerts and responses */
#define BH_LIMIT_ALERT (1 * BH_MIB)             /* one alert as JSON or text */
#define BH_LIMIT_OUTPUTS 32
#define BH_LIMIT_WATCH_FILE (4 * BH_MIB)        /* a file of rules, responses or allowances */
#define BH_LIMIT_ALLOW_ROWS 10000
#define BH_LIMIT_RESPONSES 1000                 /* rows of one responses file */
#define BH_LIMIT_RESPONSE_QUEUE 1024            /* responses that wait for their turn */
#define BH_LIMIT_RESPONSE_ACTIVE 10000          /* that wait for their end */
#define BH_LIMIT_RESPONSE_TREE 4096             /* processes stopped as one tree */
#define BH_LIMIT_QUARANTINE (1 * BH_GIB)        /* one file */
#define BH_LIMIT_EVIDENCE (512 * BH_MIB)        /* one archive */
#define BH_LIMIT_EVIDENCE_FILE (32 * BH_MIB)    /* one file in it */
#define BH_LIMIT_EVIDENCE_PROCESSES 512
#define BH_LIMIT_EVIDENCE_FILES 5000            /* changed files of a container that are copied */
#define BH_LIMIT_HASHED_FILE (256 * BH_MIB)     /* a program that is looked up by its digest */
#define BH_LIMIT_HASH_QUEUE 4096                /* programs that wait to be looked up */

/* the server's store */
#define BH_LIMIT_QUERY_MS 20000                 /* one question to the database */
#define BH_LIMIT_CSV_BYTES (64 * BH_MIB)        /* one list as CSV */
#define BH_LIMIT_LIST_QUERY (16 * BH_KIB)       /* the query string of a list */
#define BH_LIMIT_LIST_TERMS 100u                /* conditions in it, their values counted one by one */
/* alerts at the server */
#define BH_LIMIT_LINEAGE_TEXT 512u              /* of a program's path, in what incidents are told apart by */
#define BH_LIMIT_TREE_NODES 2000u               /* processes in the tree of one incident */
#define BH_LIMIT_INCIDENT_TITLE 160u            /* of a rule's or a container's name, in a title */
#define BH_LIMIT_INCIDENT_WORDS 64u             /* tactics, or techniques, of one incident */
#define BH_LIMIT_ALERT_TAGS 64u                 /* tags kept of one alert */
#define BH_LIMIT_TIMELINE 1000u                 /* alerts, changes, notes or responses of one incident, each, in its timeline */
#define BH_LIMIT_SUPPRESSIONS 1000u             /* in force at one time */
#define BH_LIMIT_COMPLIANCE_REPORT (128 * BH_MIB) /* one that the API answers with, or that is made by the clock */
#define BH_LIMIT_FINDINGS_REPORT 50u            /* images and hosts in one that is no CSV */
#define BH_LIMIT_REPORT_MAIL (20 * BH_MIB)      /* one that a mail carries */
#define BH_LIMIT_REPORT_SCHEDULES 100u
#define BH_LIMIT_COMPLIANCE_EXCEPTIONS 2000u    /* in force at one time */
#define BH_LIMIT_SUPPRESS_BACK 50000u           /* alerts of open incidents that a new one looks back at */
#define BH_LIMIT_NOTE (16 * BH_KIB)             /* one note, reason or description */
#define BH_LIMIT_SINK_TEXT (64 * BH_KIB)        /* one setting of an integration: certificates among them */
#define BH_LIMIT_SINK_ANSWER (4 * BH_MIB)       /* what a receiver answers */
#define BH_LIMIT_INTEGRATIONS 32u               /* each has a thread */
#define BH_LIMIT_OUTBOX 100000u                 /* things that wait for one receiver */
#define BH_LIMIT_POLICY (4 * BH_MIB)            /* one policy, or a proof */
#define BH_LIMIT_INTEL_FILE (64 * BH_MIB)       /* what a source says */
#define BH_LIMIT_INDICATORS 500000u             /* of one source */
#define BH_LIMIT_INDICATOR 2000u                /* bytes of one */
#define BH_LIMIT_INTEL_LIST 50000u              /* addresses, or names, that nodes are given */
#define BH_LIMIT_MISP_EVENTS 500u               /* of one feed */
#define BH_LIMIT_TELL 100u                      /* live alerts told one by one in one turn; of the rest their number */
/* agent and server */
#define BH_LIMIT_ITEM (16 * BH_MIB)             /* one item that an agent tells: a scan's report is the longest */
#define BH_LIMIT_BATCH (32 * BH_MIB)            /* a batch of them, unpacked */
#define BH_LIMIT_BATCH_PACKED (8 * BH_MIB)      /* the same as it comes */
#define BH_LIMIT_OUTBOX_SEARCH (64 * BH_MIB)    /* bytes hashed in search of the next whole record behind a broken one */
#define BH_LIMIT_OUTBOX_EPOCHS 1024             /* that an agent's outbox still has to account for */
#define BH_LIMIT_COMMAND (4 * BH_MIB)           /* commands in one answer */

#define BH_LIMIT_BASELINE_FILE (4 * BH_MIB)   /* one file of checks or exceptions */
#define BH_LIMIT_BASELINE_SETTINGS (1 * BH_MIB) /* one file of settings that checks look at */
#define BH_LIMIT_BASELINE_PACKAGES (48 * BH_MIB) /* the list of what a package manager installed */
#define BH_LIMIT_BASELINE_RECORD (64 * BH_MIB) /* what the last run of checks found */
#define BH_LIMIT_JAIL_MESSAGE (128 * BH_MIB)   /* a question or answer of jailed collectors */
#define BH_LIMIT_JAIL_OUTPUT (512 * BH_MIB)    /* what they have to say at their end */
#define BH_LIMIT_JAIL_MEMORY (2048 * BH_MIB)   /* their address space */
#define BH_LIMIT_JAIL_CPU_S 300                /* their processor time */
#define BH_LIMIT_DOCKERFILE (1 * BH_MIB)       /* one build file */
#define BH_LIMIT_DOCKERFILE_INSTRUCTIONS 10000
#define BH_LIMIT_DOCKERFILE_WORDS 200000

/* Kubernetes */
#define BH_LIMIT_K8S_FILE (512 * BH_MIB)       /* one manifest, or a cluster's objects in one file */

/* rules */
#define BH_LIMIT_RULE_FILE (8 * BH_MIB)
#define BH_LIMIT_RULE_DEPTH 1500u       /* of a condition with all its macros */
#define BH_LIMIT_RULE_CONDITION (1 * BH_MIB) /* one condition, with its lists put in */
#define BH_LIMIT_RULE_REGEX (8 * BH_KIB) /* one expression */

/* The inventory of a host: what is beyond is left out, and told as a gap where it counts. */
#define BH_LIMIT_INVENTORY_THINGS 200000       /* of one kind */
#define BH_LIMIT_INVENTORY_ROOTS 2000          /* containers looked into */
#define BH_LIMIT_INVENTORY_NAMES 10000         /* in one directory */
#define BH_LIMIT_INVENTORY_FILE (4 * BH_MIB)   /* one file of configuration, accounts, keys */
#define BH_LIMIT_INVENTORY_NET (16 * BH_MIB)   /* one table of the kernel */
#define BH_LIMIT_INVENTORY_SOCKETS 50000       /* that listen */
#define BH_LIMIT_INVENTORY_FDS 100000          /* of one process */
#define BH_LIMIT_INVENTORY_JARS 2000           /* of one process */
#define BH_LIMIT_INVENTORY_LOGINS 2000         /* newest records */
#define BH_LIMIT_INVENTORY_CHAIN 20            /* certificates in one file */
#define BH_LIMIT_INVENTORY_USED 4096           /* files in use, of one root */
#define BH_LIMIT_INVENTORY_HEARD (64 * BH_KIB) /* of what the sensor told was executed, between two looks */
#define BH_LIMIT_INVENTORY_MAPS BH_MIB         /* what one process has mapped, as text */
#define BH_LIMIT_INVENTORY_PACKAGES (48 * BH_MIB) /* a database of packages */
/* Configuration of programs, as checks of baselines read it. */
#define BH_LIMIT_CONF_FILE (4 * BH_MIB)        /* one file */
#define BH_LIMIT_CONF_BYTES (64 * BH_MIB)      /* all files of one program */
#define BH_LIMIT_CONF_FILES 2000               /* of one program, with those it takes in */
#define BH_LIMIT_CONF_WORDS 500000             /* directives and their words, of one program */
#define BH_LIMIT_CONF_LIST 300                 /* different values of one field */
#define BH_LIMIT_CONF_SITES 1000               /* sites, servers, connectors of one program */
#define BH_LIMIT_CONF_DEPTH 32                 /* blocks in blocks, files in files */
/* weak passwords */
#define BH_LIMIT_PASSWORDS_FILE (64 * BH_MIB)  /* one file of a credential store */
#define BH_LIMIT_PASSWORDS_FILES 5000ull       /* of one root */
#define BH_LIMIT_PASSWORDS_NAMES 5000          /* in one directory that is searched */
#define BH_LIMIT_PASSWORDS_ACCOUNTS 200000ull  /* in all stores of one run */
#define BH_LIMIT_PASSWORDS_SECRETS 20000ull    /* in one file */
#define BH_LIMIT_PASSWORDS_FOLLOW 100ull       /* further files that one file names */
#define BH_LIMIT_PASSWORDS_TEXT (4 * BH_KIB)   /* an account's name, or a hash */
#define BH_LIMIT_PASSWORDS_WORDS 1000000u      /* in one list of words */
#define BH_LIMIT_PASSWORDS_WORD 64             /* bytes of a word that is guessed */
#define BH_LIMIT_PASSWORDS_KNOWN 100u          /* passwords in plain text that others are compared with */
#define BH_LIMIT_PASSWORDS_TRY_MS 5000ull      /* one test of one hash, by the rounds it asks for */
#define BH_LIMIT_PASSWORDS_KIB 262144ull       /* memory of one test of Argon2 */
#define BH_LIMIT_PASSWORDS_ANSWER_MS 120000    /* until the jailed child has read one file */
#define BH_LIMIT_PASSWORDS_MEMORY 1000000u     /* hashes remembered from the last run */

/* What servers are set to. */
#define BH_LIMIT_COMPLY_SETTINGS 50000         /* of one server */
#define BH_LIMIT_COMPLY_INCLUDES 500           /* files of one server's configuration */
#define BH_LIMIT_COMPLY_INCLUDE_DEPTH 16       /* files that include files */
#define BH_LIMIT_COMPLY_ARGUMENTS (1 * BH_MIB) /* a process' arguments, or its environment */
#define BH_LIMIT_COMPLY_USERS 10000            /* users of one server, as its files have them */
#define BH_LIMIT_COMPLY_HBA 20000              /* rows of PostgreSQL's pg_hba.conf */
#define BH_LIMIT_COMPLY_SECRETS 10000          /* files with secrets on one host and in its containers */
/* the server's API */
#define BH_LIMIT_INLET_CONNECTIONS 32   /* of one that listens for webhooks */
#define BH_LIMIT_INLET_HELD (32 * BH_MIB) /* bodies that are on their way, together */
#define BH_LIMIT_INLET_S 30             /* for a handshake, a request, an answer */
#define BH_LIMIT_INLET_IDLE_S 120       /* between two of them */
#define BH_LIMIT_API_HEAD (32 * BH_KIB)        /* request line and headers */
#define BH_LIMIT_API_BODY (1 * BH_MIB)         /* unless a route says otherwise */
#define BH_LIMIT_API_BODIES (256 * BH_MIB)     /* bodies of all requests at once */
#define BH_LIMIT_API_CONNECTIONS 1024          /* to the console's port */
#define BH_LIMIT_API_CONNECTIONS_EACH 256      /* of them, from one address */
#define BH_LIMIT_API_AGENTS 20000              /* connections to the agents' port */
#define BH_LIMIT_API_QUEUE 2048                /* requests that wait for a thread */
#define BH_LIMIT_API_HEAD_S 10                 /* from the first byte, or the handshake, to the whole head */
#define BH_LIMIT_API_IDLE_S 75                 /* between two requests */
#define BH_LIMIT_API_BODY_S 30                 /* for a body, and a second more for each 16 KiB */
#define BH_LIMIT_API_PARKED 20000             /* requests that wait for an event */
#define BH_LIMIT_API_RATE 100                  /* requests a second of one address, */
#define BH_LIMIT_API_BURST 1000                /* and how many it may save up */
#define BH_LIMIT_API_PARTS 8                   /* {parts} of a path */
#define BH_LIMIT_PASSWORD_KIB 32768            /* memory of Argon2id for one password, */
#define BH_LIMIT_PASSWORD_ROUNDS 3             /* and how often it goes over it */
#define BH_LIMIT_PASSWORD_SHORTEST 12
#define BH_LIMIT_PASSWORD_LONGEST 1024
#define BH_LIMIT_LIVE_CLIENTS 256              /* that watch /api/v1/live */
#define BH_LIMIT_LIVE_BYTES (256 * BH_KIB)     /* events that wait for one of them */
#define BH_LIMIT_CONSOLE (64 * BH_MIB)         /* all files of the console */

#endif
