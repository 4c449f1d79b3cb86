"""Groups of well-known artifacts whose archives do not say it, for they were built by Ant, Gradle or by hand.

A name that others may use for their own archives does not belong here: a wrong group is worse than none.
"""

from collections.abc import Mapping

from hullcheck.versions.maven import MAVEN

# By group, the artifacts. "*" stands for the rest of a name whose beginning nobody else uses.
_ARTIFACTS: Mapping[str, str] = {
    "antlr": "antlr",
    "aopalliance": "aopalliance",
    "asm": "asm-all asm-attrs",
    "avalon-framework": "avalon-framework avalon-framework-api avalon-framework-impl",
    "axis": "axis axis-ant axis-jaxrpc axis-saaj axis-wsdl4j",
    "bsf": "bsf",
    "c3p0": "c3p0-oracle-thin-extras",
    "ch.qos.logback": "logback-access logback-classic logback-core",
    "com.amazonaws": "aws-java-sdk*",
    "com.beust": "jcommander",
    "com.esotericsoftware": "kryo kryo-shaded minlog reflectasm",
    "com.fasterxml.jackson.core": "jackson-annotations jackson-core jackson-databind",
    "com.fasterxml.jackson.dataformat": "jackson-dataformat-*",
    "com.fasterxml.jackson.datatype": "jackson-datatype-*",
    "com.fasterxml.jackson.jaxrs": "jackson-jaxrs-*",
    "com.fasterxml.jackson.module": "jackson-module-*",
    "com.fasterxml.woodstox": "woodstox-core",
    "com.github.ben-manes.caffeine": "caffeine",
    "com.github.junrar": "junrar",
    "com.google.api": "api-common gax gax-grpc gax-httpjson",
    "com.google.code.findbugs": "findbugs jsr305",
    "com.google.code.gson": "gson",
    "com.google.crypto.tink": "tink",
    "com.google.dagger": "dagger",
    "com.google.errorprone": "error_prone_annotations",
    "com.google.guava": "failureaccess guava guava-gwt guava-jdk5",
    "com.google.inject": "guice",
    "com.google.protobuf": "protobuf-java protobuf-java-util protobuf-javalite protobuf-kotlin protobuf-kotlin-lite",
    "com.google.re2j": "re2j",
    "com.graphql-java": "graphql-java",
    "com.h2database": "h2 h2-mvstore",
    "com.hazelcast": "hazelcast hazelcast-all",
    "com.ibm.icu": "icu4j",
    "com.jcraft": "jsch jzlib",
    "com.lmax": "disruptor",
    "com.lowagie": "itext",
    "com.mchange": "c3p0 mchange-commons-java",
    "com.microsoft.sqlserver": "mssql-jdbc",
    "com.mysql": "mysql-connector-j",
    "com.nimbusds": "nimbus-jose-jwt oauth2-oidc-sdk",
    "com.oracle.database.jdbc": "ojdbc10 ojdbc11 ojdbc5 ojdbc6 ojdbc7 ojdbc8",
    "com.squareup.moshi": "moshi moshi-kotlin",
    "com.squareup.okhttp": "okhttp-urlconnection",
    "com.squareup.okhttp3": "logging-interceptor mockwebserver okhttp-jvm okhttp-sse okhttp-tls",
    "com.squareup.okio": "okio okio-jvm",
    "com.squareup.retrofit2": "retrofit",
    "com.squareup.wire": "wire-runtime wire-schema",
    "com.sun.mail": "jakarta.mail javax.mail",
    "com.thoughtworks.xstream": "xstream-benchmark xstream-hibernate",
    "com.unboundid": "unboundid-ldapsdk",
    "com.zaxxer": "HikariCP HikariCP-java6 HikariCP-java7",
    "commons-beanutils": "commons-beanutils commons-beanutils-core",
    "commons-cli": "commons-cli",
    "commons-codec": "commons-codec",
    "commons-collections": "commons-collections",
    "commons-configuration": "commons-configuration",
    "commons-dbcp": "commons-dbcp",
    "commons-digester": "commons-digester",
    "commons-discovery": "commons-discovery",
    "commons-el": "commons-el",
    "commons-fileupload": "commons-fileupload",
    "commons-httpclient": "commons-httpclient",
    "commons-io": "commons-io",
    "commons-jxpath": "commons-jxpath",
    "commons-lang": "commons-lang",
    "commons-logging": "commons-logging commons-logging-api",
    "commons-net": "commons-net",
    "commons-pool": "commons-pool",
    "commons-validator": "commons-validator",
    "de.l3s.boilerpipe": "boilerpipe",
    "dk.brics.automaton": "automaton",
    "dnsjava": "dnsjava",
    "hibernate": "hibernate",
    "io.grpc": (
        "grpc-alts grpc-api grpc-auth grpc-context grpc-core grpc-netty grpc-netty-shaded grpc-okhttp "
        "grpc-protobuf grpc-protobuf-lite grpc-services grpc-stub"
    ),
    "io.ktor": "ktor-*",
    "io.micrometer": "micrometer-*",
    "io.micronaut": (
        "micronaut-aop micronaut-bom micronaut-buffer-netty micronaut-context micronaut-core "
        "micronaut-core-reactive micronaut-function micronaut-http micronaut-http-client "
        "micronaut-http-client-core micronaut-http-netty micronaut-http-server micronaut-http-server-netty "
        "micronaut-inject micronaut-inject-java micronaut-jackson-core micronaut-jackson-databind "
        "micronaut-json-core micronaut-management micronaut-retry micronaut-router micronaut-runtime "
        "micronaut-websocket"
    ),
    "io.netty": (
        "netty-all netty-buffer netty-codec netty-codec-dns netty-codec-haproxy netty-codec-http netty-codec-http2 "
        "netty-codec-socks netty-common netty-handler netty-handler-proxy netty-resolver netty-resolver-dns "
        "netty-transport"
    ),
    "io.opencensus": "opencensus-api opencensus-contrib-* opencensus-impl",
    "io.opentelemetry": (
        "opentelemetry-api opentelemetry-context opentelemetry-exporter-otlp opentelemetry-sdk "
        "opentelemetry-sdk-common opentelemetry-sdk-metrics opentelemetry-sdk-trace"
    ),
    "io.perfmark": "perfmark-api",
    "io.projectreactor": "reactor-core reactor-test",
    "io.projectreactor.netty": "reactor-netty-core reactor-netty-http",
    "io.rsocket": "rsocket-core rsocket-transport-netty",
    "io.sentry": "sentry sentry-logback sentry-spring",
    "jakarta.servlet": "jakarta.servlet-api",
    "javax.activation": "activation",
    "javax.annotation": "javax.annotation-api jsr250-api",
    "javax.inject": "javax.inject",
    "javax.jdo": "jdo-api",
    "javax.servlet": "javax.servlet-api jstl",
    "javax.transaction": "javax.transaction-api jta transaction-api",
    "javax.xml.bind": "jaxb-api",
    "jaxen": "jaxen",
    "jline": "jline",
    "joda-time": "joda-time",
    "junit": "junit junit-dep",
    "log4j": "apache-log4j-extras log4j",
    "mysql": "mysql-connector-java",
    "net.bytebuddy": "byte-buddy byte-buddy-agent",
    "net.java.dev.jna": "jna jna-platform",
    "net.jcip": "jcip-annotations",
    "net.sf.ehcache": "ehcache ehcache-core",
    "net.sf.json-lib": "json-lib",
    "net.sf.saxon": "Saxon-HE",
    "net.sourceforge.f2j": "arpack_combined_all",
    "net.sourceforge.jtds": "jtds",
    "opensymphony": "xwork",
    "org.apache.ant": "ant ant-antlr ant-apache-log4j ant-apache-regexp ant-junit ant-launcher",
    "org.apache.beam": "beam-*",
    "org.apache.calcite": "calcite-babel calcite-core calcite-linq4j",
    "org.apache.calcite.avatica": "avatica-core avatica-server",
    "org.apache.cassandra": "cassandra-all cassandra-thrift",
    "org.apache.commons": (
        "commons-beanutils2 commons-collections4 commons-compress commons-configuration2 commons-crypto "
        "commons-csv commons-dbcp2 commons-email commons-exec commons-fileupload2 commons-jexl commons-lang3 "
        "commons-math commons-math3 commons-pool2 commons-text commons-vfs2"
    ),
    "org.apache.derby": "derby derbyclient derbynet derbyoptionaltools derbyshared derbytools",
    "org.apache.geode": "geode-common geode-core geode-serialization",
    "org.apache.httpcomponents": "httpasyncclient httpclient httpcore httpcore-nio httpmime",
    "org.apache.httpcomponents.client5": "httpclient5",
    "org.apache.httpcomponents.core5": "httpcore5 httpcore5-h2",
    "org.apache.iceberg": "iceberg-*",
    "org.apache.ivy": "ivy",
    "org.apache.kafka": (
        "kafka-clients kafka-metadata kafka-raft kafka-server-common kafka-storage kafka-streams kafka-tools kafka_2.*"
    ),
    "org.apache.logging.log4j": (
        "log4j-1.2-api log4j-api log4j-core log4j-jcl log4j-jul log4j-slf4j-impl log4j-slf4j2-impl log4j-web"
    ),
    "org.apache.lucene": "lucene-*",
    "org.apache.pdfbox": "fontbox pdfbox xmpbox",
    "org.apache.poi": (
        "poi poi-contrib poi-examples poi-excelant poi-ooxml poi-ooxml-full poi-ooxml-lite poi-ooxml-schemas "
        "poi-scratchpad"
    ),
    "org.apache.shiro": "shiro-all shiro-core shiro-spring shiro-web",
    "org.apache.solr": "solr-*",
    "org.apache.struts": "struts-core struts-extras struts-taglib struts-tiles struts2-*",
    "org.apache.taglibs": "taglibs-standard-impl taglibs-standard-spec",
    "org.apache.thrift": "libfb303 libthrift",
    "org.apache.tomcat": (
        "tomcat-annotations-api tomcat-el-api tomcat-jaspic-api tomcat-jsp-api tomcat-servlet-api tomcat-websocket-api"
    ),
    "org.apache.velocity": "velocity-engine-core velocity-tools",
    "org.apache.xmlbeans": "xmlbeans",
    "org.apache.xmlgraphics": "batik-* fop fop-core xmlgraphics-commons",
    "org.apache.zookeeper": "zookeeper zookeeper-jute",
    "org.apiguardian": "apiguardian-api",
    "org.aspectj": "aspectjrt aspectjtools aspectjweaver",
    "org.beanshell": "bsh-core",
    "org.bouncycastle": (
        "bc-fips bcmail-* bcpg-* bcpkix-* bcprov-debug-* bcprov-ext-* bcprov-jdk14 bcprov-jdk15 bcprov-jdk15on "
        "bcprov-jdk15to18 bcprov-jdk16 bcprov-jdk18on bctls-* bctsp-* bcutil-*"
    ),
    "org.ccil.cowan.tagsoup": "tagsoup",
    "org.checkerframework": "checker-compat-qual checker-qual",
    "org.clojure": "clojure core.async core.specs.alpha spec.alpha",
    "org.codehaus.jackson": "jackson-core-asl jackson-jaxrs jackson-mapper-asl jackson-xc",
    "org.codehaus.janino": "commons-compiler janino",
    "org.codehaus.jettison": "jettison",
    "org.codehaus.plexus": "plexus-utils",
    "org.codehaus.woodstox": "stax2-api woodstox-core-asl wstx-asl",
    "org.eclipse.jdt": "ecj org.eclipse.jdt.*",
    "org.eclipse.jetty": (
        "jetty-client jetty-continuation jetty-deploy jetty-http jetty-io jetty-security jetty-server "
        "jetty-servlet jetty-servlets jetty-webapp jetty-xml"
    ),
    "org.eclipse.jetty.orbit": "javax.mail.glassfish javax.security.auth.message",
    "org.eclipse.jetty.toolchain": "jetty-jakarta-* jetty-javax-* jetty-servlet-api",
    "org.eclipse.jgit": "org.eclipse.jgit",
    "org.eclipse.lsp4j": "org.eclipse.lsp4j org.eclipse.lsp4j.*",
    "org.eclipse.pde": "org.eclipse.pde.*",
    "org.eclipse.persistence": "commonj.sdo eclipselink jakarta.persistence",
    "org.eclipse.platform": (
        "org.eclipse.ant.* org.eclipse.compare org.eclipse.compare.* org.eclipse.core.* org.eclipse.debug.* "
        "org.eclipse.e4.* org.eclipse.equinox.* org.eclipse.help org.eclipse.help.* org.eclipse.jface "
        "org.eclipse.jface.* org.eclipse.jsch.* org.eclipse.ltk.* org.eclipse.osgi org.eclipse.osgi.* "
        "org.eclipse.search org.eclipse.swt org.eclipse.swt.* org.eclipse.team.* org.eclipse.text org.eclipse.ui "
        "org.eclipse.ui.* org.eclipse.update.* org.eclipse.urischeme"
    ),
    "org.eclipse.xtend": "org.eclipse.xtend.*",
    "org.eclipse.xtext": "org.eclipse.xtext org.eclipse.xtext.*",
    "org.elasticsearch": (
        "elasticsearch elasticsearch-cli elasticsearch-core elasticsearch-geo elasticsearch-secure-sm "
        "elasticsearch-x-content"
    ),
    "org.elasticsearch.client": "elasticsearch-rest-client elasticsearch-rest-high-level-client",
    "org.freemarker": "freemarker",
    "org.fusesource.jansi": "jansi",
    "org.glassfish": "javax.faces javax.json",
    "org.graalvm.sdk": "graal-sdk",
    "org.hamcrest": "hamcrest hamcrest-all hamcrest-core hamcrest-library",
    "org.hsqldb": "sqltool",
    "org.javassist": "javassist",
    "org.jboss.logging": "jboss-logging",
    "org.jdom": "jdom2",
    "org.jetbrains": "annotations-java5",
    "org.jetbrains.exposed": "exposed-*",
    "org.jetbrains.kotlin": "kotlin-compiler-embeddable kotlin-reflect kotlin-script-runtime kotlin-stdlib*",
    "org.jetbrains.kotlinx": "kotlinx-coroutines-* kotlinx-serialization-*",
    "org.jsoup": "jsoup",
    "org.jspecify": "jspecify",
    "org.junit.jupiter": "junit-jupiter junit-jupiter-*",
    "org.junit.platform": "junit-platform-*",
    "org.junit.vintage": "junit-vintage-engine",
    "org.lz4": "lz4-java",
    "org.mockito": "mockito-all mockito-core mockito-inline mockito-junit-jupiter",
    "org.mongodb": (
        "bson mongo-java-driver mongodb-driver mongodb-driver-core mongodb-driver-legacy mongodb-driver-sync"
    ),
    "org.mozilla": "rhino rhino-engine rhino-runtime",
    "org.objenesis": "objenesis",
    "org.opensearch": "opensearch opensearch-core opensearch-x-content",
    "org.ow2.asm": "asm-analysis asm-commons asm-debug-all asm-tree asm-util asm-xml",
    "org.projectlombok": "lombok",
    "org.python": "jython jython-standalone",
    "org.quartz-scheduler": "quartz-jobs",
    "org.reactivestreams": "reactive-streams",
    "org.roaringbitmap": "RoaringBitmap",
    "org.rocksdb": "rocksdbjni",
    "org.scala-lang": "scala-actors scala-compiler scala-library scala-reflect scala3-library_3 scalap",
    "org.scala-lang.modules": "scala-collection-compat_* scala-java8-compat_* scala-parser-combinators_* scala-xml_*",
    "org.slf4j": (
        "jcl-over-slf4j jul-to-slf4j log4j-over-slf4j slf4j-api slf4j-ext slf4j-jdk14 slf4j-log4j12 slf4j-nop "
        "slf4j-simple"
    ),
    "org.springframework": (
        "spring spring-aop spring-aspects spring-beans spring-context spring-context-indexer "
        "spring-context-support spring-core spring-expression spring-instrument spring-jcl spring-jdbc spring-jms "
        "spring-messaging spring-orm spring-oxm spring-r2dbc spring-test spring-tx spring-web spring-webflux "
        "spring-webmvc spring-webmvc-portlet spring-websocket"
    ),
    "org.springframework.amqp": "spring-amqp spring-rabbit",
    "org.springframework.batch": "spring-batch-core spring-batch-infrastructure",
    "org.springframework.boot": (
        "spring-boot spring-boot-actuator spring-boot-actuator-autoconfigure spring-boot-autoconfigure "
        "spring-boot-autoconfigure-processor spring-boot-configuration-processor spring-boot-devtools "
        "spring-boot-jarmode-layertools spring-boot-jarmode-tools spring-boot-loader spring-boot-loader-classic "
        "spring-boot-properties-migrator spring-boot-starter spring-boot-starter-* spring-boot-test "
        "spring-boot-test-autoconfigure"
    ),
    "org.springframework.cloud": (
        "spring-cloud-commons spring-cloud-config-client spring-cloud-config-server spring-cloud-context "
        "spring-cloud-function-context spring-cloud-function-core spring-cloud-function-web "
        "spring-cloud-gateway-server spring-cloud-netflix-eureka-client spring-cloud-netflix-eureka-server "
        "spring-cloud-openfeign-core"
    ),
    "org.springframework.data": (
        "spring-data-cassandra spring-data-commons spring-data-elasticsearch spring-data-jdbc spring-data-jpa "
        "spring-data-keyvalue spring-data-mongodb spring-data-neo4j spring-data-redis spring-data-relational "
        "spring-data-rest-core spring-data-rest-webmvc"
    ),
    "org.springframework.hateoas": "spring-hateoas",
    "org.springframework.integration": (
        "spring-integration-amqp spring-integration-core spring-integration-file spring-integration-http "
        "spring-integration-zip"
    ),
    "org.springframework.kafka": "spring-kafka spring-kafka-test",
    "org.springframework.ldap": "spring-ldap-core",
    "org.springframework.plugin": "spring-plugin-core spring-plugin-metadata",
    "org.springframework.retry": "spring-retry",
    "org.springframework.security": (
        "spring-security-acl spring-security-aspects spring-security-cas spring-security-config "
        "spring-security-core spring-security-crypto spring-security-data spring-security-ldap "
        "spring-security-messaging spring-security-oauth2-authorization-server spring-security-oauth2-client "
        "spring-security-oauth2-core spring-security-oauth2-jose spring-security-oauth2-resource-server "
        "spring-security-openid spring-security-remoting spring-security-rsocket "
        "spring-security-saml2-service-provider spring-security-taglibs spring-security-test spring-security-web"
    ),
    "org.springframework.security.oauth": "spring-security-oauth spring-security-oauth2",
    "org.springframework.session": "spring-session-core spring-session-data-redis spring-session-jdbc",
    "org.springframework.webflow": "spring-binding spring-js spring-webflow",
    "org.springframework.ws": "spring-ws-core spring-xml",
    "org.testcontainers": "testcontainers",
    "org.thymeleaf": "thymeleaf thymeleaf-spring4 thymeleaf-spring5 thymeleaf-spring6",
    "org.tukaani": "xz",
    "org.xerial": "sqlite-jdbc",
    "org.xerial.snappy": "snappy-java",
    "org.yaml": "snakeyaml",
    "oro": "oro",
    "redis.clients": "jedis",
    "stax": "stax-api",
    "struts": "struts",
    "wsdl4j": "wsdl4j",
    "xalan": "serializer xalan",
    "xerces": "xerces xercesImpl xmlParserAPIs",
    "xml-apis": "xml-apis xml-apis-ext",
    "xml-resolver": "xml-resolver",
    "xmlpull": "xmlpull",
    "xom": "xom",
    "xpp3": "xpp3 xpp3_min",
}

# Artifacts that moved: from which version on they are in which group.
_GROOVY = (("0", "org.codehaus.groovy"), ("4.0.0-alpha-1", "org.apache.groovy"))
_HIBERNATE = (("0", "org.hibernate"), ("6.0.0.Alpha1", "org.hibernate.orm"))
_MOVED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "annotations": (("13", "org.jetbrains"),),
    "asm": (("0", "asm"), ("4", "org.ow2.asm")),
    "batik-transcoder": (("0", "batik"), ("1.7", "org.apache.xmlgraphics")),
    "bcel": (("0", "bcel"), ("5.2", "org.apache.bcel")),
    # The same archive is also there as bsh:bsh, of which no advisory speaks.
    "bsh": (("0", "org.beanshell"), ("2.0b6", "org.apache-extras.beanshell")),
    "cglib": (("0", "cglib"),),
    "dom4j": (("0", "dom4j"), ("2", "org.dom4j")),
    "groovy": _GROOVY,
    "groovy-all": (("0", "org.codehaus.groovy"),),
    "groovy-json": _GROOVY,
    "groovy-sql": _GROOVY,
    "groovy-templates": _GROOVY,
    "groovy-xml": _GROOVY,
    "hibernate-c3p0": _HIBERNATE,
    "hibernate-core": _HIBERNATE,
    "hibernate-ehcache": _HIBERNATE,
    "hibernate-entitymanager": _HIBERNATE,
    "hibernate-envers": _HIBERNATE,
    "hibernate-hikaricp": _HIBERNATE,
    "hibernate-jcache": _HIBERNATE,
    "hibernate-jpamodelgen": _HIBERNATE,
    "hibernate-spatial": _HIBERNATE,
    "hibernate-validator": (("0", "org.hibernate"), ("6.0.0.Alpha1", "org.hibernate.validator")),
    "hsqldb": (("0", "hsqldb"), ("2", "org.hsqldb")),
    "htmlunit": (("0", "htmlunit"), ("2", "net.sourceforge.htmlunit"), ("3", "")),
    "jdom": (("0", "jdom"), ("1.1", "org.jdom")),
    "jetty-util": (("0", "org.mortbay.jetty"), ("7", "org.eclipse.jetty")),
    "nekohtml": (("0", "nekohtml"), ("1.9.7", "net.sourceforge.nekohtml")),
    "ognl": (("0", "opensymphony"), ("2.7", "ognl")),
    "okhttp": (("0", "com.squareup.okhttp"), ("3", "com.squareup.okhttp3")),
    "postgresql": (("0", "postgresql"), ("9.2-1003-jdbc4", "org.postgresql")),
    "quartz": (("0", "quartz"), ("1.7", "org.quartz-scheduler")),
    "reactor-netty": (("0", "io.projectreactor.ipc"), ("0.8", "io.projectreactor.netty")),
    "rxjava": (("0", "io.reactivex"), ("2", "io.reactivex.rxjava2"), ("3", "io.reactivex.rxjava3")),
    # Later ones are Tomcat's, or called javax.servlet-api.
    "servlet-api": (("0", "javax.servlet"), ("3", "")),
    "testng": (("0", "org.testng"),),
    "velocity": (("0", "velocity"), ("1.6", "org.apache.velocity")),
    "xmlsec": (("0", "xml-security"), ("1.4", "org.apache.santuario")),
    "xstream": (("0", "xstream"), ("1.2", "com.thoughtworks.xstream")),
}


def known_group(artifact: str, version: str) -> str:
    """Return the group of a well-known `artifact`, "" for others."""
    moves = _MOVED.get(artifact)
    if moves:
        return _group_at(moves, version)
    if artifact in _EXACT:
        return _EXACT[artifact]
    return next((group for beginning, group in _BEGINNINGS if artifact.startswith(beginning)), "")


def _group_at(moves: tuple[tuple[str, str], ...], version: str) -> str:
    key = MAVEN.key(version) if version else None
    if key is None:
        return ""
    return next((group for since, group in reversed(moves) if (MAVEN.key(since) or b"") <= key), "")


_EXACT: Mapping[str, str] = {
    artifact: group for group, artifacts in _ARTIFACTS.items() for artifact in artifacts.split() if artifact[-1] != "*"
}
# The longest first.
_BEGINNINGS: tuple[tuple[str, str], ...] = tuple(
    sorted(
        (
            (artifact.rstrip("*"), group)
            for group, artifacts in _ARTIFACTS.items()
            for artifact in artifacts.split()
            if artifact[-1] == "*"
        ),
        key=lambda pair: -len(pair[0]),
    )
)
