package dev.weft;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * All failures that one exception carries, to be told apart by kind.
 *
 * <p>Where several tasks of a {@link TaskGroup}, a {@link Weft#gather gather} or a {@link Weft#race race} fail, the
 * first failure is thrown, and the others are its suppressed exceptions. This is a view of that as a list: the first
 * failure, then the others, those of nested groups among them, each once, and each checked one as itself and not in its
 * {@link TaskFailedException}. Traces of waits and cancellations are left out.
 *
 * <pre>{@code
 * } catch (RuntimeException e) {
 *     var split = Failures.of(e).split(IOException.class::isInstance);
 *     split.matching().forEach(lost -> log(lost));
 *     split.rest().throwIfAny();                       // what is left is somebody else's
 * }
 * }</pre>
 *
 * <p>Immutable; any thread.
 */
public final class Failures implements Iterable<Throwable> {
    private final List<Throwable> all;

    /**
     * Two halves of some failures.
     *
     * @param matching those that the predicate accepts
     * @param rest the others
     */
    public record Split(Failures matching, Failures rest) {}

    private Failures(List<Throwable> all) {
        this.all = Collections.unmodifiableList(all);
    }

    /**
     * Lists what an exception carries.
     *
     * @param failure what was thrown
     * @return the failures; none if it is a cancellation in which no failure hides
     */
    public static Failures of(Throwable failure) {
        List<Throwable> all = new ArrayList<>();
        collect(failure, all, Collections.newSetFromMap(new IdentityHashMap<>()));
        return new Failures(all);
    }

    private static void collect(Throwable at, List<Throwable> all, Set<Throwable> seen) {
        if (at instanceof AwaitTrace || !seen.add(at)) {
            return;
        }
        Throwable cause = at.getCause();
        if (at instanceof TaskFailedException && cause != null) {
            collect(cause, all, seen);
        } else if (!(at instanceof Cancelled)) {
            all.add(at);
        }
        for (Throwable suppressed : at.getSuppressed()) {
            collect(suppressed, all, seen);
        }
    }

    /**
     * {@return the failures, the first one first; immutable}
     */
    public List<Throwable> all() {
        return all;
    }

    /**
     * {@return whether there are none}
     */
    public boolean isEmpty() {
        return all.isEmpty();
    }

    /**
     * {@return the failures of a type}
     *
     * @param type the type
     * @param <X> the type
     */
    public <X extends Throwable> List<X> filter(Class<X> type) {
        return all.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /**
     * {@return these failures in two halves}
     *
     * @param predicate tells which is which
     */
    public Split split(Predicate<? super Throwable> predicate) {
        List<Throwable> matching = new ArrayList<>();
        List<Throwable> rest = new ArrayList<>();
        for (Throwable failure : all) {
            (predicate.test(failure) ? matching : rest).add(failure);
        }
        return new Split(new Failures(matching), new Failures(rest));
    }

    /**
     * Throws the first of these failures, with the others as its suppressed exceptions; does nothing if there are none.
     *
     * @throws RuntimeException the first failure; a checked one in a {@link TaskFailedException}
     */
    public void throwIfAny() {
        if (all.isEmpty()) {
            return;
        }
        Throwable first = all.getFirst();
        Set<Throwable> known = Collections.newSetFromMap(new IdentityHashMap<>());
        of(first).forEach(known::add);
        for (Throwable other : all) {
            if (known.add(other)) {
                first.addSuppressed(other);
            }
        }
        switch (first) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new TaskFailedException("of a group", first);
        }
    }

    @Override
    public Iterator<Throwable> iterator() {
        return all.iterator();
    }

    @Override
    public String toString() {
        return "Failures" + all;
    }
}
