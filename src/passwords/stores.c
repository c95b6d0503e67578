/* SPDX-License-Identifier: Apache-2.0 */
#include "passwords/stores.h"

#include "base/limits.h"

#define IN_HOMES(name) "root/" name, "home/*/" name

const struct bh_store bh_stores[] = {
        { "shadow", "accounts of the system", "system", bh_parse_shadow, { "etc/shadow", "etc/passwd" } },
        { "htpasswd", "users of web servers, registries, Elasticsearch's file realm", "web", bh_parse_passwd_file,
          { "etc/nginx/*htpasswd*", "etc/nginx/.htpasswd", "etc/nginx/conf.d/.htpasswd", "etc/apache2/.htpasswd", "etc/apache2/*htpasswd*", "etc/httpd/.htpasswd",
            "var/www/.htpasswd", "var/www/*/.htpasswd", "auth/htpasswd", "etc/docker/registry/htpasswd", "etc/distribution/htpasswd", "etc/elasticsearch/users",
            "usr/share/elasticsearch/config/users" } },
        { "htpasswd", "files that nginx and Apache name", "web", bh_parse_sites,
          { "etc/nginx/nginx.conf", "etc/nginx/conf.d/*.conf", "etc/nginx/sites-enabled/*", "etc/apache2/apache2.conf", "etc/apache2/conf-enabled/*.conf",
            "etc/apache2/sites-enabled/*", "etc/httpd/conf/httpd.conf", "etc/httpd/conf.d/*.conf", "usr/local/apache2/conf/httpd.conf" } },
        { "redis", "requirepass and users of redis.conf and ACL files", "redis", bh_parse_redis_conf,
          { "etc/redis/*.conf", "etc/redis.conf", "etc/valkey/*.conf", "usr/local/etc/redis/*.conf", "opt/bitnami/redis/etc/*.conf", "redis.conf", "data/redis.conf" } },
        { "redis", "users of an ACL file", "redis", bh_parse_redis_acl, { "etc/redis/*.acl", "usr/local/etc/redis/*.acl", "data/*.acl" } },
        { "mysql", "accounts of MariaDB, in its table global_priv", "mysql", bh_parse_mariadb,
          { "var/lib/mysql/mysql/global_priv.MAD", "bitnami/mariadb/data/mysql/global_priv.MAD", "config/databases/mysql/global_priv.MAD" } },
        { "postgresql", "roles of PostgreSQL, in its table pg_authid", "postgres", bh_parse_postgres_map,
          { "var/lib/postgresql/*/*/global/pg_filenode.map", "var/lib/postgresql/data/global/pg_filenode.map", "var/lib/postgresql/data/*/global/pg_filenode.map",
            "var/lib/pgsql/data/global/pg_filenode.map", "var/lib/pgsql/*/data/global/pg_filenode.map", "bitnami/postgresql/data/global/pg_filenode.map" } },
        { "postgresql", "its heap", "postgres", bh_parse_postgres, { NULL } },
        { "mongodb", "users of MongoDB, in a dump", "mongo", bh_parse_mongodump,
          { "dump/admin/system.users.bson", "backup/admin/system.users.bson", "backup/*/admin/system.users.bson", "var/backups/*/admin/system.users.bson" } },
        { "tomcat", "tomcat-users.xml", "tomcat", bh_parse_tomcat,
          { "etc/tomcat*/tomcat-users.xml", "usr/local/tomcat/conf/tomcat-users.xml", "opt/*/conf/tomcat-users.xml", "opt/bitnami/tomcat/conf/tomcat-users.xml",
            "usr/share/tomcat*/conf/tomcat-users.xml", "var/lib/tomcat*/conf/tomcat-users.xml" } },
        { "grafana", "users of Grafana, in its SQLite database", "grafana", bh_parse_grafana, { "var/lib/grafana/grafana.db", "opt/bitnami/grafana/data/grafana.db" } },
        { "jenkins", "users of Jenkins", "jenkins", bh_parse_jenkins, { "var/lib/jenkins/users/*/config.xml", "var/jenkins_home/users/*/config.xml" } },
        { "rabbitmq", "users in definitions of RabbitMQ", "rabbitmq", bh_parse_rabbit,
          { "etc/rabbitmq/definitions.json", "etc/rabbitmq/*definitions*.json", "var/lib/rabbitmq/definitions.json" } },
        { "snmp", "communities and users of Net-SNMP", "snmp", bh_parse_snmp,
          { "etc/snmp/snmpd.conf", "etc/snmp/snmpd.conf.d/*.conf", "etc/snmp/snmptrapd.conf", "var/lib/snmp/snmpd.conf", "var/lib/net-snmp/snmpd.conf",
            "usr/share/snmp/snmpd.conf" } },
        { "vnc", "passwords of VNC servers", "vnc", bh_parse_vnc, { IN_HOMES(".vnc/passwd"), IN_HOMES(".config/tigervnc/passwd"), "etc/vnc/passwd", "etc/x11vnc.passwd" } },
        { "ftp", "users of vsftpd, ProFTPD and Pure-FTPd", "ftp", bh_parse_passwd_file,
          { "etc/vsftpd/*passwd", "etc/vsftpd*.passwd", "etc/proftpd/*passwd*", "etc/proftpd/conf.d/*passwd*", "etc/pure-ftpd/pureftpd.passwd", "etc/pureftpd.passwd",
            "etc/ftpd.passwd" } },
        { "samba", "smbpasswd", "samba", bh_parse_samba, { "etc/samba/smbpasswd", "var/lib/samba/private/smbpasswd" } },
        { "env", ".env files", "app", bh_parse_env,
          { ".env", "app/.env", "code/.env", "data/.env", "workspace/.env", "usr/src/app/.env", "srv/.env", "srv/*/.env", "srv/*/*/.env", "opt/.env", "opt/*/.env",
            "opt/*/*/.env", "var/www/.env", "var/www/*/.env", "var/www/*/*/.env", "root/.env", "root/*/.env", "home/*/.env", "home/*/*/.env", "home/*/*/*/.env",
            "app/*/.env" } },
        { "env", "the environment of a container's first process", "app", bh_parse_environ, { NULL } },
        { "env", "its arguments", "app", bh_parse_arguments, { NULL } },
        { "compose", "Compose files", "app", bh_parse_compose,
          { "srv/*compose*.y*ml", "srv/*/*compose*.y*ml", "srv/*/*/*compose*.y*ml", "opt/*compose*.y*ml", "opt/*/*compose*.y*ml", "opt/*/*/*compose*.y*ml",
            "root/*compose*.y*ml", "root/*/*compose*.y*ml", "home/*/*compose*.y*ml", "home/*/*/*compose*.y*ml", "home/*/*/*/*compose*.y*ml", "var/www/*/*compose*.y*ml",
            "app/*compose*.y*ml", "data/*/*compose*.y*ml", "etc/docker/compose/*/*compose*.y*ml" } },
        { "gitlab", "settings of GitLab", "gitlab", bh_parse_settings, { "etc/gitlab/gitlab.rb" } },
        { "settings", "settings of WordPress, Spring, Zabbix, Grafana, RabbitMQ, Nextcloud and others", "app", bh_parse_settings,
          { "var/www/html/wp-config.php", "var/www/*/wp-config.php", "var/www/*/public/wp-config.php", "usr/share/wordpress/wp-config.php", "app/application.properties",
            "app/config/application.properties", "opt/*/application.properties", "opt/*/config/application.properties", "etc/zabbix/zabbix_server.conf",
            "etc/zabbix/zabbix_agentd.conf", "etc/grafana/grafana.ini", "etc/rabbitmq/rabbitmq.conf", "var/www/html/config/config.php", "etc/odoo/odoo.conf",
            "etc/keystone/keystone.conf", "etc/icinga2/features-enabled/*.conf", "etc/mysql/debian.cnf" } },
        { "client", "passwords that clients keep: .my.cnf, .pgpass, .netrc, .git-credentials, registries", "app", bh_parse_settings, { IN_HOMES(".my.cnf") } },
        { "client", ".pgpass", "postgres", bh_parse_pgpass, { IN_HOMES(".pgpass"), "var/lib/postgresql/.pgpass" } },
        { "client", ".netrc", "app", bh_parse_netrc, { IN_HOMES(".netrc") } },
        { "client", ".git-credentials", "app", bh_parse_git_credentials, { IN_HOMES(".git-credentials"), IN_HOMES(".config/git/credentials") } },
        { "client", "registries", "web", bh_parse_docker_auth, { IN_HOMES(".docker/config.json"), "kaniko/.docker/config.json" } },
        { "ssh", "private keys without a passphrase, where others get at them", "system", bh_parse_ssh_key,
          { IN_HOMES(".ssh/id_*"), IN_HOMES(".ssh/*.pem"), IN_HOMES(".ssh/*.key"), "var/lib/*/.ssh/id_*", "etc/ssh/ssh_host_*_key", "app/*.pem", "app/id_*", "etc/ssl/private/*.key" } },
        { "gitea", "users of Gitea and Forgejo, in their SQLite database", "gitea", bh_parse_gitea,
          { "data/gitea/gitea.db", "data/gitea/forgejo.db", "var/lib/gitea/data/gitea.db", "var/lib/gitea/gitea.db", "var/lib/forgejo/data/forgejo.db",
            "var/lib/forgejo/forgejo.db" } },
        { "vaultwarden", "its config.json: the administrator's token, and what it sends mail with", "app", bh_parse_settings_json,
          { "data/config.json", "vw-data/config.json", "var/lib/vaultwarden/config.json", "opt/vaultwarden/data/config.json" } },
        { "dovecot", "users of Dovecot", "mail", bh_parse_dovecot,
          { "etc/dovecot/users", "etc/dovecot/passwd", "etc/dovecot/userdb", "etc/dovecot/*passwd", "etc/dovecot/*users" } },
        { "dovecot", "files that its configuration names", "mail", bh_parse_dovecot_conf, { "etc/dovecot/dovecot.conf", "etc/dovecot/local.conf", "etc/dovecot/conf.d/*" } },
        { "authelia", "users of Authelia's file", "app", bh_parse_authelia,
          { "config/users_database.yml", "config/users.yml", "etc/authelia/users_database.yml", "etc/authelia/users.yml", "opt/authelia/users_database.yml" } },
        { "code-server", "its password", "app", bh_parse_code_server, { IN_HOMES(".config/code-server/config.yaml") } },
        { NULL, NULL, NULL, NULL, { NULL } },
};

const struct bh_store *bh_store_of(bh_store_parse *parse) {
        const struct bh_store *s = bh_stores;

        while (s->name && s->parse != parse)
                s++;
        return s;
}

struct bh_secret *bh_store_add(struct bh_store_found *found, struct bh_str account, struct bh_str hash, enum bh_scheme_kind scheme, uint32_t line) {
        struct bh_secret *s;

        if (found->secrets.len >= BH_LIMIT_PASSWORDS_SECRETS || account.len > BH_LIMIT_PASSWORDS_TEXT || hash.len > BH_LIMIT_PASSWORDS_TEXT) {
                found->more = true;
                return NULL;
        }
        s = bh_vec_add(found->arena, &found->secrets);
        *s = (struct bh_secret){ .account = account, .hash = hash, .scheme = scheme, .line = line };
        return s;
}

static bool looks_hashed(struct bh_str s) {
        if (bh_str_starts(s, BH_STR("$")) || bh_str_starts(s, BH_STR("{S")) || (bh_str_starts(s, BH_STR("_")) && s.len == 20))
                return true;
        if (s.len != 13)
                return false;
        for (size_t i = 0; i < s.len; i++)
                if (!bh_is_alnum(s.at[i]) && s.at[i] != '.' && s.at[i] != '/')
                        return false;
        return true;
}

struct bh_secret *bh_store_add_any(struct bh_store_found *found, struct bh_str account, struct bh_str hash, uint32_t line) {
        bool plain = bh_str_cut_prefix(&hash, BH_STR("{PLAIN}"));

        return bh_store_add(found, account, hash, !plain && looks_hashed(hash) ? BH_SCHEME_ANY : BH_SCHEME_PLAIN, line);
}

void bh_store_follow(struct bh_store_found *found, const struct bh_store_file *file, bh_store_parse *parse, struct bh_str path) {
        struct bh_str at;

        if (path.len == 0 || path.len > BH_LIMIT_PASSWORDS_TEXT || memchr(path.at, '\0', path.len))
                return;
        if (found->follows.len >= BH_LIMIT_PASSWORDS_FOLLOW) {
                found->more = true;
                return;
        }
        at = path.at[0] == '/' ? bh_str_from(path, 1) : bh_arena_printf(found->arena, "%.*s/%.*s", BH_FMT(bh_str_dirname(file->path)), BH_FMT(path));
        *bh_vec_add(found->arena, &found->follows) = (struct bh_store_follow){ bh_store_of(parse), bh_arena_str(found->arena, at) };
}
