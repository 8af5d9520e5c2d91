package dev.weft.process.manager;

/**
 * Who calls a managed object: the owner of locks.
 *
 * @param session the client
 * @param thread the thread or coroutine there
 */
record Caller(Session session, long thread) {
    private static final ScopedValue<Caller> CURRENT = ScopedValue.newInstance();

    static ScopedValue.Carrier bind(Session session, long thread) {
        return ScopedValue.where(CURRENT, new Caller(session, thread));
    }

    static Caller current() {
        return CURRENT.get();
    }

    @Override
    public String toString() {
        return "thread " + thread + " of process " + session.pid();
    }
}
