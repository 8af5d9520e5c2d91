package dev.weft.cluster;

/**
 * A machine of a cluster that runs workers, as it was when it was asked for.
 *
 * @param name what it is called; several may have the same name
 * @param address where its agent listens
 * @param slots how many workers it runs for this pool at most
 * @param workers how many it runs for this pool
 */
public record ClusterNode(String name, String address, int slots, int workers) {}
