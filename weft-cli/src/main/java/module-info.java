/** The {@code weft} program. */
module dev.weft.cli {
    requires static org.jspecify;
    requires dev.weft.core;
    requires dev.weft.net;
    requires dev.weft.process;
    requires dev.weft.http;
    requires info.picocli;
    requires jdk.management;
    requires tools.jackson.databind;
    requires tools.jackson.dataformat.csv;

    opens dev.weft.cli to
            info.picocli;
    opens dev.weft.cli.compare to
            info.picocli;
    opens dev.weft.cli.doctor to
            info.picocli;
    opens dev.weft.cli.map to
            info.picocli;
    opens dev.weft.cli.compare.report to
            tools.jackson.databind;
}
