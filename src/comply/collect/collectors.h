/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_COLLECTORS_H
#define BH_COMPLY_COLLECT_COLLECTORS_H
/* One line a collector, one a kind: in the order of the alphabet. */
#include "comply/collect.h"

bh_collect_facts_fn bh_collect_account_facts;
bh_collect_facts_fn bh_collect_apache_facts;
bh_collect_facts_fn bh_collect_component_facts;
bh_collect_facts_fn bh_collect_elasticsearch_facts;
bh_collect_facts_fn bh_collect_engine_facts;
bh_collect_facts_fn bh_collect_etcd_facts;
bh_collect_facts_fn bh_collect_host_facts;
bh_collect_facts_fn bh_collect_host_file_facts;
bh_collect_facts_fn bh_collect_kubectl_proxy_facts;
bh_collect_facts_fn bh_collect_kubernetes_facts;
bh_collect_facts_fn bh_collect_leaks_facts;
bh_collect_facts_fn bh_collect_login_facts;
bh_collect_facts_fn bh_collect_memcached_facts;
bh_collect_facts_fn bh_collect_mongodb_facts;
bh_collect_facts_fn bh_collect_mount_facts;
bh_collect_facts_fn bh_collect_mysql_facts;
bh_collect_facts_fn bh_collect_nginx_facts;
bh_collect_facts_fn bh_collect_php_facts;
bh_collect_facts_fn bh_collect_postgresql_facts;
bh_collect_facts_fn bh_collect_rabbitmq_facts;
bh_collect_facts_fn bh_collect_redis_facts;
bh_collect_facts_fn bh_collect_services_facts;
bh_collect_facts_fn bh_collect_sshd_facts;
bh_collect_facts_fn bh_collect_sudo_facts;
bh_collect_facts_fn bh_collect_sysctl_facts;
bh_collect_facts_fn bh_collect_system_facts;
bh_collect_facts_fn bh_collect_tomcat_facts;

extern const struct bh_fact_kind bh_kind_account;
extern const struct bh_fact_kind bh_kind_apache;
extern const struct bh_fact_kind bh_kind_apache_site;
extern const struct bh_fact_kind bh_kind_apiserver;
extern const struct bh_fact_kind bh_kind_audit_watch;
extern const struct bh_fact_kind bh_kind_cluster;
extern const struct bh_fact_kind bh_kind_component;
extern const struct bh_fact_kind bh_kind_container;
extern const struct bh_fact_kind bh_kind_controller_manager;
extern const struct bh_fact_kind bh_kind_elasticsearch;
extern const struct bh_fact_kind bh_kind_engine;
extern const struct bh_fact_kind bh_kind_etcd;
extern const struct bh_fact_kind bh_kind_etcd_member;
extern const struct bh_fact_kind bh_kind_file;
extern const struct bh_fact_kind bh_kind_host;
extern const struct bh_fact_kind bh_kind_host_file;
extern const struct bh_fact_kind bh_kind_image;
extern const struct bh_fact_kind bh_kind_k8s_role;
extern const struct bh_fact_kind bh_kind_k8s_subject;
extern const struct bh_fact_kind bh_kind_kube_proxy;
extern const struct bh_fact_kind bh_kind_kubectl_proxy;
extern const struct bh_fact_kind bh_kind_kubelet;
extern const struct bh_fact_kind bh_kind_login;
extern const struct bh_fact_kind bh_kind_memcached;
extern const struct bh_fact_kind bh_kind_mongodb;
extern const struct bh_fact_kind bh_kind_mount;
extern const struct bh_fact_kind bh_kind_mysql;
extern const struct bh_fact_kind bh_kind_namespace;
extern const struct bh_fact_kind bh_kind_nginx;
extern const struct bh_fact_kind bh_kind_nginx_server;
extern const struct bh_fact_kind bh_kind_password;
extern const struct bh_fact_kind bh_kind_pg_hba;
extern const struct bh_fact_kind bh_kind_php;
extern const struct bh_fact_kind bh_kind_pod;
extern const struct bh_fact_kind bh_kind_postgresql;
extern const struct bh_fact_kind bh_kind_rabbitmq;
extern const struct bh_fact_kind bh_kind_redis;
extern const struct bh_fact_kind bh_kind_redis_user;
extern const struct bh_fact_kind bh_kind_scheduler;
extern const struct bh_fact_kind bh_kind_secret_file;
extern const struct bh_fact_kind bh_kind_services;
extern const struct bh_fact_kind bh_kind_sshd;
extern const struct bh_fact_kind bh_kind_sudo;
extern const struct bh_fact_kind bh_kind_sysctl;
extern const struct bh_fact_kind bh_kind_system;
extern const struct bh_fact_kind bh_kind_tomcat;
extern const struct bh_fact_kind bh_kind_tomcat_connector;

#endif
