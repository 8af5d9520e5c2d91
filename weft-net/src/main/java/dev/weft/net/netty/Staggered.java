package dev.weft.net.netty;

import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Until;
import dev.weft.Weft;
import dev.weft.loop.kernel.Waiter;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A race of attempts that begin one after the other: the next begins when the one before has failed, or after a delay.
 * The first success wins, and cancels the others.
 */
public final class Staggered {
    private Staggered() {}

    /**
     * How a race ended.
     *
     * @param winner what the winner returned; null if all failed
     * @param index the number of the winner, from 0; negative if all failed
     * @param failures what each attempt that was begun failed with, a loser's cancellation included; null for the
     *     winner
     * @param <T> what attempts return
     */
    public record Outcome<T>(@Nullable T winner, int index, List<@Nullable Throwable> failures) {}

    /**
     * Runs a race. If the caller is cancelled, so are all attempts; in any case they have ended when this returns or
     * throws.
     *
     * @param attempts what to try, in this order
     * @param delay when the next one begins though the one before has not failed
     * @param loser is told a result that came too late to win, to undo it
     * @param <T> what attempts return
     * @return how it ended
     * @throws Cancelled if the calling task is cancelled
     */
    public static <T> Outcome<T> race(List<? extends Callable<T>> attempts, Duration delay, Consumer<? super T> loser) {
        var race = new Race<T>(loser);
        try (var group = TaskGroup.open()) {
            var running = new ArrayList<Task<?>>();
            for (int i = 0; i < attempts.size() && race.index < 0; i++) {
                Task<?> newest = race.begin(group, attempts.get(i));
                running.add(newest);
                if (i + 1 < attempts.size()) {
                    awaitTurnOfNext(race, running, newest, delay);
                }
            }
            while (race.index < 0 && !running.isEmpty()) {
                Weft.waitUntil(Until.FIRST_COMPLETED, running);
                running.removeIf(Task::isDone);
            }
            group.cancel("another attempt was faster");
            group.join();
        } catch (Throwable e) {
            T result = race.winner;
            if (result != null) {
                loser.accept(result);
            }
            throw e;
        }
        return new Outcome<>(race.winner, race.index, Collections.unmodifiableList(race.failures));
    }

    /**
     * {@return the addresses with both families by turns, each in its order, that of the first address first}
     *
     * @param addresses the addresses, at least one
     */
    public static List<InetAddress> interleaved(List<InetAddress> addresses) {
        var first = new ArrayDeque<InetAddress>();
        var second = new ArrayDeque<InetAddress>();
        boolean six = addresses.getFirst() instanceof Inet6Address;
        for (InetAddress address : addresses) {
            (address instanceof Inet6Address == six ? first : second).add(address);
        }
        var mixed = new ArrayList<InetAddress>(addresses.size());
        while (!first.isEmpty() || !second.isEmpty()) {
            if (!first.isEmpty()) {
                mixed.add(first.remove());
            }
            if (!second.isEmpty()) {
                mixed.add(second.remove());
            }
        }
        return mixed;
    }

    private static void awaitTurnOfNext(Race<?> race, List<Task<?>> running, Task<?> newest, Duration delay) {
        Waiter self = Waiter.current();
        long deadline = self.nanoTime() + delay.toNanos();
        while (race.index < 0 && !newest.isDone()) {
            long left = deadline - self.nanoTime();
            if (left <= 0) {
                return;
            }
            Weft.waitUntil(Until.FIRST_COMPLETED, running, Duration.ofNanos(left));
            running.removeIf(Task::isDone);
        }
        running.removeIf(Task::isDone);
    }

    /** What the attempts have come to; loop only. */
    private static final class Race<T> {
        private final Consumer<? super T> loser;
        private final List<@Nullable Throwable> failures = new ArrayList<>();
        private int index = -1;
        private @Nullable T winner;

        Race(Consumer<? super T> loser) {
            this.loser = loser;
        }

        Task<?> begin(TaskGroup group, Callable<T> attempt) {
            int number = failures.size();
            failures.add(null);
            return group.spawn("attempt " + (number + 1), () -> {
                run(number, attempt);
                return number;
            });
        }

        private void run(int number, Callable<T> attempt) {
            T result;
            try {
                result = attempt.call();
            } catch (Exception e) {
                failures.set(number, e);
                return;
            } catch (Cancelled e) {
                failures.set(number, e);
                throw e;
            }
            if (index < 0) {
                index = number;
                winner = result;
            } else {
                failures.set(number, new CancellationException("attempt " + (index + 1) + " was faster"));
                loser.accept(result);
            }
        }
    }
}
