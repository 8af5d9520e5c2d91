package dev.weft.cli;

/** The version of this program. */
public final class Version {
    private Version() {}

    /**
     * {@return the version, or {@code (development)} where the program does not run from its jar}
     */
    public static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "(development)" : version;
    }
}
