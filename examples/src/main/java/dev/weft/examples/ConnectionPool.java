package dev.weft.examples;

import dev.weft.sync.Queue;

/** A few connections that many share. */
public final class ConnectionPool {
    private final Queue<String> free = Queue.unbounded();

    /**
     * Makes a pool.
     *
     * @param size how many connections it has
     */
    public ConnectionPool(int size) {
        for (int i = 0; i < size; i++) {
            free.put("connection " + i);
        }
    }

    /** What is done with a connection. */
    @FunctionalInterface
    public interface Use {
        /**
         * Uses the connection.
         *
         * @param connection the connection
         */
        void with(String connection);
    }

    /**
     * Borrows a connection, and waits for one if all are in use.
     *
     * @param use what to do with it
     */
    public void borrow(Use use) {
        String connection = free.get();
        try {
            use.with(connection);
        } finally {
            boolean _ = free.tryPut(
                    connection); // never waits, and so is no checkpoint; a queue without a bound is never full
        }
    }

    /** {@return how many connections are free} */
    public int free() {
        return free.size();
    }
}
