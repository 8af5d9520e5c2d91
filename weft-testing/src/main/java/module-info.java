/** Tests of code that runs on a loop, with time and order under control. */
module dev.weft.testing {
    requires static transitive org.jspecify;
    requires transitive dev.weft.core;
    requires transitive org.junit.jupiter.api;
    requires org.junit.platform.commons;

    exports dev.weft.testing;

    opens dev.weft.testing to
            org.junit.platform.commons;
}
