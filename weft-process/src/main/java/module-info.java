/** Worker JVMs behind the same pool as threads and loops. */
module dev.weft.process {
    requires static org.jspecify;
    requires transitive dev.weft.core;
    requires java.management; // the flags of this JVM

    exports dev.weft.process;
    exports dev.weft.process.connection;
}
