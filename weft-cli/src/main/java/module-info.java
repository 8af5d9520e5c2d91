/** The {@code weft} program. */
module dev.weft.cli {
    requires static org.jspecify;
    requires dev.weft.core;
    requires dev.weft.net;
    requires dev.weft.process;
    requires dev.weft.cluster;
    requires dev.weft.http;
    requires info.picocli;
    requires HdrHistogram;
    requires java.compiler;
    requires java.management;
    requires jdk.net;
    requires jdk.management;
    requires tools.jackson.databind;
    requires tools.jackson.dataformat.csv;

    exports dev.weft.cli.function.guard; // to classes of users, which are in no module

    opens dev.weft.cli to
            info.picocli;
    opens dev.weft.cli.cluster to
            info.picocli;
    opens dev.weft.cli.compare to
            info.picocli;
    opens dev.weft.cli.dash to
            info.picocli;
    opens dev.weft.cli.doctor to
            info.picocli;
    opens dev.weft.cli.live to
            info.picocli;
    opens dev.weft.cli.map to
            info.picocli;
    opens dev.weft.cli.report to
            info.picocli;
    opens dev.weft.cli.shell to
            info.picocli;
    opens dev.weft.cli.compare.report to
            tools.jackson.databind;
    opens dev.weft.cli.machine to
            tools.jackson.databind;
    opens dev.weft.cli.report.data to
            tools.jackson.databind;
}
