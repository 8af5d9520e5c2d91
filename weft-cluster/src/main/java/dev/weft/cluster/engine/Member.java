package dev.weft.cluster.engine;

/**
 * A node of a cluster.
 *
 * @param id its name in the engine; of one life of the node only
 * @param role what it is there for
 * @param name what people call it
 * @param address where it is, in words
 * @param slots how many workers it runs at once for a driver; 0 for a driver
 */
public record Member(String id, Role role, String name, String address, int slots) {
    /** What a node is there for. */
    public enum Role {
        /** It runs workers. */
        AGENT,
        /** It has workers run. */
        DRIVER
    }
}
