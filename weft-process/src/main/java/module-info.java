/** Worker JVMs behind the same pool as threads and loops. */
@SuppressWarnings("module") // what is exported to the program is built before it
module dev.weft.process {
    requires static org.jspecify;
    requires transitive dev.weft.core;
    requires java.management; // the flags of this JVM
    requires static org.apache.fory.core; // where the user has chosen it

    exports dev.weft.process;
    exports dev.weft.process.codec;
    exports dev.weft.process.isolated;
    exports dev.weft.process.connection;
    exports dev.weft.process.manager;
    exports dev.weft.process.memory;
    exports dev.weft.process.sync;
    exports dev.weft.process.internal to
            dev.weft.cli,
            dev.weft.cluster;
}
