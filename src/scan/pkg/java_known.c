/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/pkg/java_known.h"

/* Exact names first, then beginnings ("spring-boot-*"); the first row that fits is taken. */
static const struct {
        const char *artifact, *group;
} groups[] = {
        { "spring-boot*", "org.springframework.boot" },
        { "spring-security-*", "org.springframework.security" },
        { "spring-data-*", "org.springframework.data" },
        { "spring-cloud-*", "org.springframework.cloud" },
        { "spring-integration-*", "org.springframework.integration" },
        { "spring-batch-*", "org.springframework.batch" },
        { "spring-session-*", "org.springframework.session" },
        { "spring-kafka*", "org.springframework.kafka" },
        { "spring-amqp", "org.springframework.amqp" },
        { "spring-rabbit*", "org.springframework.amqp" },
        { "spring-ws-*", "org.springframework.ws" },
        { "spring-hateoas", "org.springframework.hateoas" },
        { "spring-ldap-*", "org.springframework.ldap" },
        { "spring-plugin-*", "org.springframework.plugin" },
        { "spring-retry", "org.springframework.retry" },
        { "spring-*", "org.springframework" },
        { "tomcat-embed-*", "org.apache.tomcat.embed" },
        { "tomcat-*", "org.apache.tomcat" },
        { "catalina*", "org.apache.tomcat" },
        { "bcprov-*", "org.bouncycastle" },
        { "bcpkix-*", "org.bouncycastle" },
        { "bcutil-*", "org.bouncycastle" },
        { "bctls-*", "org.bouncycastle" },
        { "okhttp", "com.squareup.okhttp3" },
        { "okio*", "com.squareup.okio" },
        { "retrofit", "com.squareup.retrofit2" },
        { "kotlin-*", "org.jetbrains.kotlin" },
        { "kotlinx-coroutines-*", "org.jetbrains.kotlinx" },
        { "hibernate-validator*", "org.hibernate.validator" },
        { "hibernate-*", "org.hibernate" },
        { "groovy*", "org.codehaus.groovy" },
        { "reactor-netty*", "io.projectreactor.netty" },
        { "reactor-core", "io.projectreactor" },
        { "micrometer-*", "io.micrometer" },
        { "elasticsearch*", "org.elasticsearch" },
        { "lucene-*", "org.apache.lucene" },
        { "kafka-*", "org.apache.kafka" },
        { "kafka_2.*", "org.apache.kafka" },
        { "zookeeper", "org.apache.zookeeper" },
        { "log4j-*", "org.apache.logging.log4j" },
        { "log4j", "log4j" },
        { "commons-collections", "commons-collections" },
        { "commons-fileupload", "commons-fileupload" },
        { "commons-beanutils", "commons-beanutils" },
        { "commons-io", "commons-io" },
        { "commons-codec", "commons-codec" },
        { "commons-compress", "org.apache.commons" },
        { "commons-text", "org.apache.commons" },
        { "commons-lang3", "org.apache.commons" },
        { "snakeyaml", "org.yaml" },
        { "gson", "com.google.code.gson" },
        { "guava", "com.google.guava" },
        { "protobuf-java*", "com.google.protobuf" },
        { "jackson-databind", "com.fasterxml.jackson.core" },
        { "jackson-core", "com.fasterxml.jackson.core" },
        { "jackson-annotations", "com.fasterxml.jackson.core" },
        { "netty-*", "io.netty" },
        { "grpc-*", "io.grpc" },
        { "dom4j", "org.dom4j" },
        { "xstream", "com.thoughtworks.xstream" },
        { "fastjson", "com.alibaba" },
        { "h2", "com.h2database" },
        { "postgresql", "org.postgresql" },
        { "mysql-connector-java", "mysql" },
        { "mysql-connector-j", "com.mysql" },
        { "mariadb-java-client", "org.mariadb.jdbc" },
        { "struts2-core", "org.apache.struts" },
        { "xercesImpl", "xerces" },
        { "xalan", "xalan" },
        { "logback-*", "ch.qos.logback" },
        { "slf4j-*", "org.slf4j" },
        { "json-smart", "net.minidev" },
        { "jsoup", "org.jsoup" },
};

struct bh_str bh_java_group(struct bh_str artifact) {
        for (size_t i = 0; i < BH_LEN(groups); i++) {
                struct bh_str row = bh_str_of(groups[i].artifact);
                bool beginning = bh_str_cut_suffix(&row, BH_STR("*"));

                if (beginning ? bh_str_starts(artifact, row) : bh_str_eq(artifact, row))
                        return bh_str_of(groups[i].group);
        }
        return (struct bh_str){ "", 0 };
}

const struct bh_java_class bh_java_classes[] = {
        { "/log4j/core/lookup/JndiLookup.class", "org.apache.logging.log4j", "log4j-core" },
        { "/log4j/net/JMSAppender.class", "log4j", "log4j" },
        { "/commons/collections/functors/InvokerTransformer.class", "commons-collections", "commons-collections" },
        { "/commons/collections4/functors/InvokerTransformer.class", "org.apache.commons", "commons-collections4" },
        { "/commons/text/StringSubstitutor.class", "org.apache.commons", "commons-text" },
        { "/commons/compress/archivers/ArchiveStreamFactory.class", "org.apache.commons", "commons-compress" },
        { "/commons/fileupload/FileUploadBase.class", "commons-fileupload", "commons-fileupload" },
        { "/jackson/databind/deser/BeanDeserializer.class", "com.fasterxml.jackson.core", "jackson-databind" },
        { "/snakeyaml/constructor/SafeConstructor.class", "org.yaml", "snakeyaml" },
        { "/fastjson/parser/ParserConfig.class", "com.alibaba", "fastjson" },
        { "/xstream/XStream.class", "com.thoughtworks.xstream", "xstream" },
        { "/springframework/beans/CachedIntrospectionResults.class", "org.springframework", "spring-beans" },
        { "/netty/handler/codec/http/HttpObjectDecoder.class", "io.netty", "netty-codec-http" },
        { "/netty/handler/codec/http2/DefaultHttp2Connection.class", "io.netty", "netty-codec-http2" },
        { "/google/gson/Gson.class", "com.google.code.gson", "gson" },
        { "/google/common/collect/ImmutableList.class", "com.google.guava", "guava" },
        { "/google/protobuf/CodedInputStream.class", "com.google.protobuf", "protobuf-java" },
        { "/shiro/web/filter/mgt/PathMatchingFilterChainResolver.class", "org.apache.shiro", "shiro-web" },
        { "/velocity/app/VelocityEngine.class", "org.apache.velocity", "velocity-engine-core" },
        { "/jetty/server/HttpConnection.class", "org.eclipse.jetty", "jetty-server" },
        { "/struts2/dispatcher/Dispatcher.class", "org.apache.struts", "struts2-core" },
        { "/okhttp3/OkHttpClient.class", "com.squareup.okhttp3", "okhttp" },
        { "/jsoup/Jsoup.class", "org.jsoup", "jsoup" },
        { "/logback/core/net/JNDIConnectionSource.class", "ch.qos.logback", "logback-core" },
};
const unsigned bh_java_n_classes = BH_LEN(bh_java_classes);
_Static_assert(BH_LEN(bh_java_classes) <= BH_JAVA_CLASSES_MAX, "one bit a class");
