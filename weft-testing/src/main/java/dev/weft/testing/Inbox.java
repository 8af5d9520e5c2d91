package dev.weft.testing;

import dev.weft.loop.kernel.LoopCore;
import dev.weft.loop.kernel.Waiter;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * What is on its way to one receiver, in the order of arrival. For coroutines of one loop.
 *
 * <p>Nothing is scheduled: who receives waits until the first one is there. So what nobody waits for leaves no timer
 * behind.
 *
 * @param <T> what travels
 */
final class Inbox<T> {
    private record Packet<T>(T content, long arrival, long number) implements Comparable<Packet<T>> {
        @Override
        public int compareTo(Packet<T> other) {
            int byTime = Long.compare(arrival, other.arrival);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Packet<T>> packets = new PriorityQueue<>();
    private final List<Waiter> receivers = new ArrayList<>(1);
    private final String name;
    private long sent;

    Inbox(String name) {
        this.name = name;
    }

    static long now() {
        return LoopCore.current().now();
    }

    /** Sends something that arrives at a time of the loop's clock. */
    void send(T content, long arrival) {
        packets.add(new Packet<>(content, arrival, sent++));
        List.copyOf(receivers).forEach(Waiter::unpark);
    }

    /** {@return the first that has arrived; null if there is none} */
    @Nullable
    T poll() {
        Packet<T> first = packets.peek();
        if (first == null || first.arrival - now() > 0) {
            return null;
        }
        packets.remove();
        return first.content;
    }

    /** Puts back what was polled, as the next one. */
    void restore(T content) {
        packets.add(new Packet<>(content, Long.MIN_VALUE, Long.MIN_VALUE));
    }

    /** Waits for the next one. */
    T receive() {
        Waiter self = Waiter.current();
        self.checkpoint();
        receivers.add(self);
        try {
            for (T content = poll(); ; content = poll()) {
                if (content != null) {
                    return content;
                }
                Packet<T> first = packets.peek();
                if (first == null) {
                    self.park(this);
                } else {
                    self.parkNanos(this, first.arrival - now());
                }
                self.checkpoint();
            }
        } finally {
            receivers.remove(self);
            self.leave();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
