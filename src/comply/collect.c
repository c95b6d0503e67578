/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/collect.h"

#include "comply/collect/collectors.h"

const struct bh_fact_collector bh_fact_collectors[] = {
        { "account", bh_collect_account_facts },
        { "apache", bh_collect_apache_facts },
        { "components", bh_collect_component_facts },
        { "elasticsearch", bh_collect_elasticsearch_facts },
        { "engine", bh_collect_engine_facts },
        { "etcd", bh_collect_etcd_facts },
        { "host", bh_collect_host_facts },
        { "host_file", bh_collect_host_file_facts },
        { "kubectl-proxy", bh_collect_kubectl_proxy_facts },
        { "kubernetes", bh_collect_kubernetes_facts },
        { "leaks", bh_collect_leaks_facts },
        { "login", bh_collect_login_facts },
        { "memcached", bh_collect_memcached_facts },
        { "mongodb", bh_collect_mongodb_facts },
        { "mount", bh_collect_mount_facts },
        { "mysql", bh_collect_mysql_facts },
        { "nginx", bh_collect_nginx_facts },
        { "php", bh_collect_php_facts },
        { "postgresql", bh_collect_postgresql_facts },
        { "rabbitmq", bh_collect_rabbitmq_facts },
        { "redis", bh_collect_redis_facts },
        { "services", bh_collect_services_facts },
        { "sshd", bh_collect_sshd_facts },
        { "sudo", bh_collect_sudo_facts },
        { "sysctl", bh_collect_sysctl_facts },
        { "system", bh_collect_system_facts },
        { "tomcat", bh_collect_tomcat_facts },
        { NULL, NULL },
};

void bh_collect_facts(const struct bh_reach *reach, struct bh_facts *facts) {
        for (const struct bh_fact_collector *c = bh_fact_collectors; c->name; c++) {
                struct bh_err why = BH_ERR_NONE;

                if (c->collect(reach, facts, &why) < 0)
                        bh_facts_gap(facts, bh_str_of(c->name), &why);
        }
}
