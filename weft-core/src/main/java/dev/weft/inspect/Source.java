package dev.weft.inspect;

import org.jspecify.annotations.Nullable;

/** What a {@link Listener} has to tell. All is called by its thread, which nothing here may hold up. */
public interface Source {
    /** Called once a second. */
    void tick();

    /**
     * {@return what answers the requests of a new connection}
     */
    Session open();

    /** What answers the requests of one connection, one after the other. */
    interface Session extends AutoCloseable {
        /**
         * Begins an answer.
         *
         * @param request the request
         * @return the answer
         * @throws RequestException if the request makes no sense
         */
        Answer answer(Request request) throws RequestException;

        /** Lets go of all that was begun for this connection, which has ended. */
        @Override
        void close();
    }

    /** The lines of an answer, made as they are sent. */
    @FunctionalInterface
    interface Answer {
        /**
         * Writes the next lines, each with its end of line.
         *
         * @param out where to; if nothing is written, there is nothing to say yet
         * @return whether there is more to come
         */
        boolean write(StringBuilder out);

        /**
         * {@return an answer of one line}
         *
         * @param line the line, without an end; null for none
         */
        static Answer of(@Nullable String line) {
            return out -> {
                if (line != null) {
                    out.append(line).append('\n');
                }
                return false;
            };
        }
    }
}
