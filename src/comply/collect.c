/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/collect.h"

#include <assert.h>

#include "comply/collect/collectors.h"

const struct bh_fact_collector bh_fact_collectors[] = {
        { "account", bh_collect_account_facts, { &bh_kind_account } },
        { "apache", bh_collect_apache_facts, { &bh_kind_apache, &bh_kind_apache_site } },
        { "components", bh_collect_component_facts, { &bh_kind_component } },
        { "elasticsearch", bh_collect_elasticsearch_facts, { &bh_kind_elasticsearch } },
        { "engine", bh_collect_engine_facts, { &bh_kind_audit_watch, &bh_kind_container, &bh_kind_engine, &bh_kind_file, &bh_kind_image } },
        { "etcd", bh_collect_etcd_facts, { &bh_kind_etcd } },
        { "host", bh_collect_host_facts, { &bh_kind_host } },
        { "host_file", bh_collect_host_file_facts, { &bh_kind_host_file } },
        { "kubectl-proxy", bh_collect_kubectl_proxy_facts, { &bh_kind_kubectl_proxy } },
        { "kubernetes", bh_collect_kubernetes_facts, { &bh_kind_apiserver, &bh_kind_controller_manager, &bh_kind_etcd_member, &bh_kind_file, &bh_kind_kube_proxy, &bh_kind_kubelet, &bh_kind_scheduler } },
        { "leaks", bh_collect_leaks_facts, { &bh_kind_secret_file } },
        { "login", bh_collect_login_facts, { &bh_kind_login } },
        { "memcached", bh_collect_memcached_facts, { &bh_kind_memcached } },
        { "mongodb", bh_collect_mongodb_facts, { &bh_kind_mongodb } },
        { "mount", bh_collect_mount_facts, { &bh_kind_mount } },
        { "mysql", bh_collect_mysql_facts, { &bh_kind_mysql } },
        { "nginx", bh_collect_nginx_facts, { &bh_kind_nginx, &bh_kind_nginx_server } },
        { "php", bh_collect_php_facts, { &bh_kind_php } },
        { "postgresql", bh_collect_postgresql_facts, { &bh_kind_pg_hba, &bh_kind_postgresql } },
        { "rabbitmq", bh_collect_rabbitmq_facts, { &bh_kind_rabbitmq } },
        { "redis", bh_collect_redis_facts, { &bh_kind_redis, &bh_kind_redis_user } },
        { "services", bh_collect_services_facts, { &bh_kind_services } },
        { "sshd", bh_collect_sshd_facts, { &bh_kind_sshd } },
        { "sudo", bh_collect_sudo_facts, { &bh_kind_sudo } },
        { "sysctl", bh_collect_sysctl_facts, { &bh_kind_sysctl } },
        { "system", bh_collect_system_facts, { &bh_kind_system } },
        { "tomcat", bh_collect_tomcat_facts, { &bh_kind_tomcat, &bh_kind_tomcat_connector } },
        { NULL, NULL, { NULL } },
};

static bool tells(const struct bh_fact_collector *c, const struct bh_fact_kind *kind) {
        for (size_t i = 0; i < BH_LEN(c->kinds); i++)
                if (c->kinds[i] == kind)
                        return true;
        return false;
}

/* Whose machine it is every report says, and mends go by it. */
static bool is_asked(const struct bh_fact_collector *c, const struct bh_checks *set) {
        bool asked = !set || c->collect == bh_collect_host_facts;

        for (size_t i = 0; !asked && i < set->checks.len; i++)
                asked = tells(c, set->checks.at[i].on);
        return asked;
}

/* What a collector tells beyond its row would be missed when it is left out. */
static void expect_own(const struct bh_fact_collector *c, const struct bh_facts *facts, size_t before) {
        size_t n = 0;

        for (const struct bh_fact *f = facts->first; f; f = f->next, n++)
                assert(n < before || tells(c, f->kind));
}

void bh_collect_facts(const struct bh_reach *reach, const struct bh_checks *set, struct bh_facts *facts) {
        for (const struct bh_fact_collector *c = bh_fact_collectors; c->name; c++) {
                struct bh_err why = BH_ERR_NONE;
                size_t before = facts->n;

                if (!is_asked(c, set))
                        continue;
                if (c->collect(reach, facts, &why) < 0)
                        bh_facts_gap(facts, bh_str_of(c->name), &why);
                expect_own(c, facts, before);
        }
}
