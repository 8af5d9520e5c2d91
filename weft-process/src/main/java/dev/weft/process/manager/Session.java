package dev.weft.process.manager;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** One client in the manager, as long as it has a connection: what it holds. Thread-safe. */
final class Session {
    /** What gives back what it has given to a client that has ended. */
    interface Lender {
        void ended(Session session);
    }

    private final long number;
    private final long pid;
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@code lock}: how often it was given a proxy of each object. */
    private final Map<Referent, Integer> held = new HashMap<>();
    /** Guarded by {@code lock}. */
    private final Set<Lender> lenders = new HashSet<>();
    /** Guarded by {@code lock}. */
    private int connections;

    private volatile boolean ended;

    Session(long number, long pid) {
        this.number = number;
        this.pid = pid;
    }

    long number() {
        return number;
    }

    long pid() {
        return pid;
    }

    void enter() {
        lock.lock();
        try {
            connections++;
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether the client is gone: what it still has running here must take nothing any more} */
    boolean isEnded() {
        return ended;
    }

    /** {@return whether that was the last connection} */
    boolean leave() {
        lock.lock();
        try {
            return --connections == 0;
        } finally {
            lock.unlock();
        }
    }

    /** Notes that something here must hear of the end of this client. */
    void lent(Lender lender) {
        lock.lock();
        try {
            lenders.add(lender);
        } finally {
            lock.unlock();
        }
    }

    /** Notes that the client gets one more proxy of an object. */
    void hold(Referent object, boolean again) {
        lock.lock();
        try {
            Integer before = held.get(object);
            if (ended) {
                return;
            }
            if (before == null) {
                object.held();
                held.put(object, 1);
            } else if (again) {
                held.put(object, before + 1);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The client has given up so many proxies of an object. */
    void release(Referent object, int number) {
        lock.lock();
        try {
            Integer before = held.get(object);
            if (before != null && before > number) {
                held.put(object, before - number);
            } else if (before != null) {
                held.remove(object);
                object.released();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives back everything; the client has ended. */
    void end() {
        Set<Lender> all;
        lock.lock();
        try {
            ended = true;
            all = Set.copyOf(lenders);
            held.keySet().forEach(Referent::released);
            held.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(lender -> lender.ended(this));
    }
}
