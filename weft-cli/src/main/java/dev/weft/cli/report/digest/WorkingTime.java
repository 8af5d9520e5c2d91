package dev.weft.cli.report.digest;

import dev.weft.cli.map.store.SessionLog.Limit;
import dev.weft.cli.map.store.SessionLog.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns the time of the clock into working time, which begins with the first session and leaves out what is between
 * sessions.
 *
 * <p>Outcomes come in the order of sessions, so that all of one have been seen when the first of the next one comes.
 * A session ends where that was noted, otherwise with the last try that ended in it. The clock may have been set
 * meanwhile: times before the begin of a session are taken for its begin. Not thread-safe.
 */
final class WorkingTime {
    /** From a working time on, so many may run at once. */
    record Change(long at, int jobs) {}

    private final List<Session> sessions;
    private final List<Part> parts = new ArrayList<>();
    private int next;

    /** A session as far as it has been seen; times are working time but for {@code began}. */
    private static final class Part {
        final Instant began;
        final long begin;
        long end;
        long firstTry = Long.MAX_VALUE;
        long lastTry;

        Part(Instant began, long begin) {
            this.began = began;
            this.begin = begin;
            this.end = begin;
        }
    }

    /**
     * Makes a clock.
     *
     * @param sessions the sessions that were noted; none for runs of older versions
     * @param created when the run was begun, for those; null if that is not known either
     */
    WorkingTime(List<Session> sessions, @Nullable Instant created) {
        this.sessions = sessions;
        if (!sessions.isEmpty()) {
            begin();
        } else if (created != null) {
            parts.add(new Part(created, 0));
        }
    }

    private void begin() {
        long before = parts.isEmpty() ? 0 : close();
        parts.add(new Part(sessions.get(next++).began(), before));
    }

    /** Ends the part that is last, where the end of its session was noted. */
    private long close() {
        Part last = parts.getLast();
        Instant ended = next == 0 ? null : sessions.get(next - 1).ended();
        if (ended != null) {
            last.end = Math.max(last.end, last.begin + Math.max(0, nanos(last.began, ended)));
        }
        return last.end;
    }

    /**
     * Takes note of a try.
     *
     * @param began when it began
     * @param nanos how long it took
     * @return the working time at which it began
     */
    long take(Instant began, long nanos) {
        if (parts.isEmpty()) {
            parts.add(new Part(began, 0));
        }
        while (next > 0
                && next < sessions.size()
                && !began.isBefore(sessions.get(next).began())) {
            begin();
        }
        Part part = parts.getLast();
        long at = part.begin + Math.max(0, nanos(part.began, began));
        part.firstTry = Math.min(part.firstTry, at);
        part.lastTry = Math.max(part.lastTry, at);
        part.end = Math.max(part.end, at + nanos);
        return at;
    }

    /**
     * Ends it.
     *
     * @param now the time if the run goes on; null if it does not
     * @return the working time of the whole run, in nanoseconds
     */
    long finish(@Nullable Instant now) {
        while (next > 0 && next < sessions.size()) {
            begin();
        }
        if (parts.isEmpty()) {
            return 0;
        }
        close();
        Part last = parts.getLast();
        if (now != null) {
            last.end = Math.max(last.end, last.begin + Math.max(0, nanos(last.began, now)));
        }
        return last.end;
    }

    private static long nanos(Instant from, Instant to) {
        // 30 years at most: clocks of machines that have just been switched on may show any year.
        Duration time = Duration.between(from, to);
        return time.abs().toDays() > 10_000 ? 0 : time.toNanos();
    }

    /** {@return how long a session took, in nanoseconds} */
    long nanosOf(int session) {
        return session < parts.size() ? parts.get(session).end - parts.get(session).begin : 0;
    }

    /** {@return the time before the first try of each session, where there was one} */
    List<long[]> starts() {
        return parts.stream()
                .filter(part -> part.firstTry != Long.MAX_VALUE)
                .map(part -> new long[] {part.begin, part.firstTry})
                .toList();
    }

    /** {@return when the last try began in the last session} */
    long lastBegin() {
        return parts.isEmpty() ? 0 : Math.max(parts.getLast().begin, parts.getLast().lastTry);
    }

    /** {@return how many might run at once, from when on; empty if that was not noted} */
    List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < sessions.size() && i < parts.size(); i++) {
            Part part = parts.get(i);
            for (Limit limit : sessions.get(i).limits()) {
                long at = changes.isEmpty() ? 0 : part.begin + Math.max(0, nanos(part.began, limit.at()));
                changes.add(new Change(Math.min(at, part.end), limit.jobs()));
            }
        }
        return changes;
    }
}
